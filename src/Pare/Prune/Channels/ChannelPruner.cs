using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Removes the least important channels of a model: the result is a smaller, ordinary network.</summary>
public static class ChannelPruner
{
    /// <summary>
    /// Removes coupled channels until a share of the multiply-adds or of the parameters is left, or less. Layers whose channels
    /// cannot go are named in <see cref="StepResult.LeftWhole"/>.
    /// </summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="options">What to remove.</param>
    /// <param name="macs">Multiply-adds of each node by the name of its first output; nodes that have none may be missing.</param>
    /// <param name="gradients">For <see cref="ChannelImportance.Taylor"/> the gradients, for <see cref="ChannelImportance.Fisher"/> the mean squared gradients, by constant.</param>
    /// <exception cref="BadInputException">An option is out of range, the target is out of reach, a pattern matches no layer, the model has no layers, or gradients are missing.</exception>
    public static StepResult Prune(Model model, ChannelPruneOptions options, IReadOnlyDictionary<string, long> macs, IReadOnlyDictionary<string, float[]>? gradients = null)
    {
        options.Validate();
        var graph = ChannelGraph.Of(model, options.Exclude);
        if (graph.Layers.Count == 0) throw new BadInputException("the model has no layer with constant weights (Conv, ConvTranspose, Gemm, MatMul); no channels can be removed");
        var cost = options.Macs is null ? Cost.Parameters(graph) : Cost.Macs(graph, macs);
        var pruned = graph.Without(Choose(graph, cost, options, gradients));
        return new StepResult(pruned, "channels", Changes(graph, pruned)) { LeftWhole = graph.LeftWhole };
    }

    private static HashSet<int> Choose(ChannelGraph graph, Cost cost, ChannelPruneOptions options, IReadOnlyDictionary<string, float[]>? gradients)
    {
        var families = Family.Of(graph, options.Multiple);
        var scores = ChannelScores.Of(graph, options.Importance, gradients);
        var order = options.Scope == PruneScope.Global ? RemovalOrder.Global(graph, cost, scores) : RemovalOrder.ByLayer(graph, scores, families);
        var share = options.Macs ?? options.Parameters!.Value;
        var whole = cost.At(graph.Widths);
        // The fewest of the order that reach the target: what is left falls with each one more.
        var (few, many) = (0, order.Count);
        if (Left(many) is var least && !(least <= share * whole))
            throw new OutOfReachException($"{share} of the {(options.Macs is null ? "parameters" : "multiply-adds")} cannot be reached: with every channel removed that can be, {Math.Ceiling(1e4 * least / whole) / 1e4} is left");
        while (few < many)
        {
            var middle = (few + many) / 2;
            if (Left(middle) <= share * whole) many = middle;
            else few = middle + 1;
        }
        return Restored(graph, cost, share * whole, Rounded(order, many, families), order, families);

        double Left(int count)
        {
            var widths = graph.Widths.Copy();
            foreach (var group in Rounded(order, count, families)) widths.Remove(group);
            return cost.At(widths);
        }
    }

    // The last group to go may have been a large one. What still fits comes back, the most important first.
    private static HashSet<int> Restored(ChannelGraph graph, Cost cost, double allowed, HashSet<int> going, List<int> order, List<Family> families)
    {
        var widths = graph.Widths.Copy();
        foreach (var group in going) widths.Remove(group);
        var free = families.Where(f => f.Step == 1).SelectMany(f => f.Groups).ToHashSet();
        foreach (var group in Enumerable.Reverse(order).Where(g => going.Contains(g) && free.Contains(g)))
        {
            widths.Restore(group);
            if (cost.At(widths) <= allowed) going.Remove(group);
            else widths.Remove(group);
        }
        return going;
    }

    // Of each family the first to go, as many as leave a multiple.
    private static HashSet<int> Rounded(List<int> order, int count, List<Family> families)
    {
        var going = order.Take(count).ToHashSet();
        if (families.TrueForAll(f => f.Step == 1)) return going;
        var room = new Dictionary<int, int[]>();
        foreach (var family in families)
        {
            int[] left = [family.Groups.Count - family.Kept(family.Groups.Count(going.Contains))];
            foreach (var group in family.Groups) room[group] = left;
        }
        return [.. order.Take(count).Where(g => room[g][0]-- > 0)];
    }

    private static List<LayerChange> Changes(ChannelGraph graph, Model pruned)
    {
        var after = new GraphIndex(pruned.Graph);
        var types = ShapeInference.Infer(pruned);
        var changes = new List<LayerChange>();
        foreach (var layer in graph.Layers)
        {
            var (before, left) = (layer.Weights.Shape, types[layer.Layer.Weight].Shape!.Value);
            var count = Product(before);
            changes.Add(new LayerChange(layer.Name, count, Product(left) / (double)Math.Max(1, count), StoredWeights.Of(after, layer.Layer.Weight)?.Bits ?? 32)
            {
                Channels = new ChannelCount(layer.Channels, (int)left[layer.RowAxis].Value!.Value * layer.ChannelsARow),
            });
        }
        return changes;

        static long Product(IEnumerable<Dimension> shape) => shape.Aggregate(1L, (p, d) => p * d.Value!.Value);
    }
}
