using Pare.Onnx;

namespace Pare.Prune;

/// <summary>Sets the least important weights of a model to zero.</summary>
public static class Pruner
{
    /// <summary>
    /// Prunes a model's layers (Conv, ConvTranspose, Gemm, MatMul with constant weights) and marks it as pruned. Weights that are
    /// zero already stay zero and count as pruned; weights used by several layers are pruned once, under the first one's name.
    /// Selection is exact; ties go by position. Layers whose weights stand in an unknown form are named in
    /// <see cref="StepResult.LeftAlone"/>.
    /// </summary>
    /// <param name="model">The model, which is not changed; unchanged tensors share its memory.</param>
    /// <param name="options">What to prune.</param>
    /// <param name="meanSquaredGradients">For <see cref="PruneScore.Saliency"/>: the optimizer's running mean of squared gradients of each weight, by the constant's name, in its order.</param>
    /// <exception cref="BadInputException">An option is out of range, a pattern or name matches no layer, the model has no weights, or a weight is not finite.</exception>
    public static StepResult Prune(Model model, PruneOptions options, IReadOnlyDictionary<string, float[]>? meanSquaredGradients = null)
    {
        options.Validate();
        var index = new GraphIndex(model.Graph);
        var all = Layer.Of(index).ToList();
        if (all.Count == 0) throw new BadInputException("the model has no layer with constant weights (Conv, ConvTranspose, Gemm, MatMul); nothing can be pruned");
        var excluded = LayerPatterns.Matching(all, options.Exclude);
        CheckNames(all, options.LayerSparsities?.Keys ?? []);

        var weights = new List<ScoredWeights>();
        var targets = new List<ScoredWeights>();
        var leftAlone = new List<string>();
        foreach (var users in all.GroupBy(l => WeightForm.Behind(index, l.Weight)))
        {
            var named = users.FirstOrDefault(l => options.LayerSparsities?.ContainsKey(l.Name) == true) ?? users.First();
            if (StoredWeights.Of(index, users.Key) is not { } stored)
            {
                leftAlone.AddRange(users.Select(l => l.Name));
                continue;
            }
            var prune = stored.Elements.Count > 0 && !users.Any(l => excluded.Contains(l.Name)) && (options.LayerSparsities?.ContainsKey(named.Name) ?? true);
            var layer = new ScoredWeights(named.Name, users.Key, stored, prune && options.Score == PruneScore.Saliency ? Gradients(named.Name, stored, meanSquaredGradients) : null);
            weights.Add(layer);
            if (prune) targets.Add(layer);
        }

        if (weights.Count == 0) throw new BadInputException($"nothing can be pruned: {string.Join(", ", leftAlone.Take(5))}{(leftAlone.Count > 5 ? ", ..." : "")} {(leftAlone.Count == 1 ? "keeps its" : "keep their")} weights in a form that is not known, such as Float16");

        var replacements = new Dictionary<string, Tensor>();
        foreach (var (layer, cut) in FindCuts(targets, options))
        {
            if (layer.Marks(cut) is not { } marks) continue;
            foreach (var tensor in layer.Stored.WithZeros(marks)) replacements[tensor.Name] = tensor;
        }
        var pruned = replacements.Count == 0 ? model : model with { Graph = model.Graph.ReplaceConstants(replacements) };
        return new StepResult(Pruned.Mark(pruned), "prune", Changes(new GraphIndex(pruned.Graph), weights)) { LeftAlone = leftAlone };
    }

    private static List<LayerChange> Changes(GraphIndex after, List<ScoredWeights> layers)
    {
        var changes = new List<LayerChange>();
        foreach (var layer in layers)
        {
            var stored = StoredWeights.Of(after, layer.Value)!;
            var zeros = new ScoredWeights(layer.Name, layer.Value, stored, null).CountZeros();
            changes.Add(new LayerChange(layer.Name, layer.Count, 1 - zeros / (double)Math.Max(1, layer.Count), stored.Bits));
        }
        return changes;
    }

    private static IEnumerable<(ScoredWeights Layer, Cut Cut)> FindCuts(List<ScoredWeights> layers, PruneOptions options)
    {
        if (options.Quality is { } quality) return layers.Select(l => (l, Cuts.Quality(l, quality, options.MinKept)));
        if (options.LayerSparsities is { } shares) return layers.Select(l => (l, Cuts.Share(l, shares[l.Name], options.MinKept)));
        var sparsity = options.Sparsity!.Value;
        if (options.Curves is { } curves) return Cuts.ByCurves(layers, curves, sparsity, options.MinKept);
        return options.Scope == PruneScope.Layer
            ? layers.Select(l => (l, Cuts.Share(l, sparsity, options.MinKept)))
            : Cuts.Global(layers, sparsity, options.MinKept);
    }

    private static void CheckNames(List<Layer> layers, IEnumerable<string> names)
    {
        foreach (var name in names)
            if (layers.TrueForAll(l => l.Name != name)) throw new BadInputException($"there is no layer '{name}'; the layers are {Names(layers)}");
    }

    private static string Names(List<Layer> layers) => string.Join(", ", layers.Select(l => l.Name));

    private static float[] Gradients(string layer, IStoredWeights weights, IReadOnlyDictionary<string, float[]>? all)
    {
        var name = weights.Elements.Name;
        if (all?.GetValueOrDefault(name) is not { } v) throw new BadInputException($"layer '{layer}': saliency needs the mean squared gradients of '{name}', none are given");
        return v.Length == weights.Elements.Count ? v
            : throw new BadInputException($"layer '{layer}': {v.Length} mean squared gradients are given for the {weights.Elements.Count} weights of '{name}'");
    }
}
