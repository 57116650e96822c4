using Pare.Onnx.Rewrites;

namespace Pare.Onnx;

/// <summary>
/// BatchNormalization for the time of training: put behind convolutions so that nothing changes, trained, and folded into them again. Files for predicting have
/// theirs folded, and without it deep networks train slowly (Ioffe and Szegedy 2015).
/// </summary>
public static class BatchNorms
{
    private const float Epsilon = 1e-5f;

    /// <summary>
    /// Outputs of the convolutions that can carry one: of float weights that no other node uses, with no BatchNormalization behind them. Weights in codebooks or
    /// codes are not among them, since folding would scale each channel apart.
    /// </summary>
    public static IReadOnlyList<string> Sites(Model model)
    {
        var index = new GraphIndex(model.Graph);
        return [.. model.Graph.Nodes.Where(CanCarry).Select(n => n.Outputs[0])];

        bool CanCarry(Node node) =>
            node.Is("Conv") && index.Constant(node.Input(1)) is { Type: ElementType.Float } weight && index.Consumers(weight.Name).Count == 1 && !index.IsOutput(weight.Name)
            && (node.Input(2).Length == 0 || index.Constant(node.Input(2)) is { Type: ElementType.Float })
            && !index.IsOutput(node.Outputs[0]) && !index.Consumers(node.Outputs[0]).Any(n => n.Is("BatchNormalization"));
    }

    /// <summary>The model with a BatchNormalization at each site: scale and shift undo what the statistics take away.</summary>
    /// <param name="statistics">Mean and variance of each channel, [channels], by the output of the convolution.</param>
    public static Model Insert(Model model, IReadOnlyDictionary<string, (float[] Mean, float[] Variance)> statistics)
    {
        var graph = model.Graph;
        var fresh = new FreshNames(graph);
        var (nodes, tensors) = (new List<Node>(), graph.Initializers.ToBuilder());
        foreach (var node in graph.Nodes)
        {
            if (node.Outputs is not [var output] || !statistics.TryGetValue(output, out var at))
            {
                nodes.Add(node);
                continue;
            }
            var raw = fresh.Of($"{output}.raw");
            nodes.Add(node with { Outputs = [raw] });
            nodes.Add(new Node
            {
                OpType = "BatchNormalization", Outputs = [output], Attributes = [NodeAttribute.Of("epsilon", Epsilon)],
                Inputs = [raw, Put("scale", [.. at.Variance.Select(v => MathF.Sqrt(v + Epsilon))]), Put("shift", at.Mean), Put("mean", at.Mean), Put("variance", at.Variance)],
            });

            string Put(string role, float[] values)
            {
                var name = fresh.Of($"{raw}.{role}");
                tensors.Add(Tensor.Of(name, [values.Length], values));
                return name;
            }
        }
        return model with { Graph = graph with { Nodes = [.. nodes], Initializers = tensors.ToImmutable() } };
    }

    /// <summary>Folds those that another model has not; those of its own stay.</summary>
    /// <param name="gradients">Mean squared gradients by constant, which follow the constants they are of.</param>
    public static (Model Model, IReadOnlyDictionary<string, float[]> Gradients) Fold(Model trained, Model before, IReadOnlyDictionary<string, float[]> gradients)
    {
        var own = before.Graph.AllNames().ToHashSet();
        var moved = gradients.ToDictionary();
        var index = new GraphIndex(trained.Graph);
        foreach (var norm in trained.Graph.Nodes.Where(n => n.Is("BatchNormalization") && !own.Contains(n.Inputs[0])))
        {
            var layer = index.Producer(norm.Inputs[0])!;
            if (ChannelAffine.Of(index, norm) is { } affine && index.Constant(layer.Input(1)) is { } weight && ChannelLayout.Of(layer, weight) is { } layout
                && gradients.TryGetValue(weight.Name, out var squares))
                moved[weight.Name] = layout.Scale(squares, [.. affine.Scale.Select(s => 1 / Math.Max(s * s, 1e-12))]);
            if (layer.Input(2) is { Length: > 0 } bias && gradients.TryGetValue(norm.Inputs[2], out var shift)) moved[bias] = shift;
            foreach (var input in norm.Inputs) moved.Remove(input);
        }
        return (DropUnused.Apply(FoldBatchNorm.Apply(trained, n => !own.Contains(n.Inputs[0]))), moved);
    }
}
