using System.Collections.Immutable;

namespace Pare.Onnx.Rewrites;

/// <summary>
/// Conv, ConvTranspose or Gemm followed by BatchNormalization becomes the layer alone:
/// W' = W · s, b' = (b - mean) · s + shift, with s = scale / sqrt(variance + epsilon) of each output channel.
/// </summary>
internal static class FoldBatchNorm
{
    public static Model Apply(Model model) => Apply(model, _ => true);

    /// <param name="chosen">Which BatchNormalizations are folded.</param>
    public static Model Apply(Model model, Func<Node, bool> chosen)
    {
        if (model.OpsetVersion < 7) return model;
        var index = new GraphIndex(model.Graph);
        foreach (var node in model.Graph.Nodes)
        {
            if (IsInference(index, node) && chosen(node) && index.Producer(node.Inputs[0]) is { } layer && Fold(model.Graph, index, layer, node) is { } graph)
            {
                model = model with { Graph = graph };
                index = new GraphIndex(graph);
            }
        }
        return model;
    }

    private static bool IsInference(GraphIndex index, Node node) =>
        node.Is("BatchNormalization") && node.Inputs.Length == 5 && node.Int("training_mode", 0) == 0 && node.Int("spatial", 1) == 1
        && node.Outputs.Skip(1).All(o => o.Length == 0 || (index.Consumers(o).Count == 0 && !index.IsOutput(o)));

    private static Graph? Fold(Graph graph, GraphIndex index, Node layer, Node norm)
    {
        if (!layer.IsStandard || layer.OpType is not ("Conv" or "ConvTranspose" or "Gemm") || layer.Outputs.Length != 1) return null;
        if (index.IsOutput(layer.Outputs[0]) || index.Consumers(layer.Outputs[0]).Count != 1) return null;
        if (Floats(index, layer.Input(1)) is not { } weight || ChannelAffine.Of(index, norm) is not { } affine) return null;
        var channels = affine.Scale.Length;
        if (ChannelLayout.Of(layer, weight) is not { } layout || layout.Channels != channels || Bias(index, layer, channels) is not { } bias) return null;

        var scaled = layout.Scale(weight.Floats, affine.Scale);
        var shifted = new float[channels];
        for (var i = 0; i < shifted.Length; i++) shifted[i] = (float)(bias[i] * affine.Scale[i] + affine.Shift[i]);

        var weightName = Owned(graph, index, layer, 1, $"{layer.Input(1)}_folded");
        var biasName = Owned(graph, index, layer, 2, $"{layer.Outputs[0]}_bias");
        var merged = layer with { Inputs = [layer.Inputs[0], weightName, biasName], Outputs = [norm.Outputs[0]] };
        if (merged.Has("beta")) merged = merged.Without("beta");
        return Put(Put(graph, weightName, Tensor.Of(weightName, weight.Shape.AsSpan(), scaled)), biasName, Tensor.Of(biasName, [channels], shifted)) is var g
            ? g with { Nodes = Merge(g.Nodes, layer, norm, merged) } : null;
    }

    // The merged node stands where the BatchNormalization stood: its statistics may be made between the two.
    private static ImmutableArray<Node> Merge(ImmutableArray<Node> nodes, Node layer, Node norm, Node merged) =>
        [.. nodes.Where(n => !ReferenceEquals(n, layer)).Select(n => ReferenceEquals(n, norm) ? merged : n)];

    private static Tensor? Floats(GraphIndex index, string value) => index.Constant(value) is { Type: ElementType.Float } t ? t : null;

    // The bias that is there, as one number a channel; zeros where there is none; null where it is not constant or not of a channel.
    private static double[]? Bias(GraphIndex index, Node layer, int channels)
    {
        var bias = new double[channels];
        if (layer.Input(2).Length == 0) return bias;
        if (Floats(index, layer.Input(2)) is not { } tensor) return null;
        if (tensor.Count != 1 && !(tensor.Count == channels && tensor.Shape[^1] == channels)) return null;
        var beta = layer.Is("Gemm") ? layer.Float("beta", 1) : 1;
        for (var i = 0; i < channels; i++) bias[i] = (double)beta * tensor.Floats[tensor.Count == 1 ? 0 : i];
        return bias;
    }

    // The name the new constant gets: the old one's where this layer alone uses it, so that layers stay findable by name.
    private static string Owned(Graph graph, GraphIndex index, Node layer, int input, string otherwise)
    {
        var name = layer.Input(input);
        var alone = name.Length > 0 && index.Consumers(name).Count == 1 && !index.IsOutput(name) && layer.Inputs.Count(i => i == name) == 1
            && graph.Initializers.Any(t => t.Name == name) && graph.Inputs.All(i => i.Name != name);
        return alone ? name : graph.FreshName(otherwise);
    }

    private static Graph Put(Graph graph, string name, Tensor tensor)
    {
        for (var i = 0; i < graph.Initializers.Length; i++)
            if (graph.Initializers[i].Name == name)
                return graph with { Initializers = graph.Initializers.SetItem(i, tensor with { IsExternal = graph.Initializers[i].IsExternal }) };
        return graph with { Initializers = graph.Initializers.Add(tensor) };
    }
}
