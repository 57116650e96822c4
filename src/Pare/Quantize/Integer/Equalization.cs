using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>
/// Cross-layer equalization (Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, 2019, section 4.1): where only a
/// ReLU stands between two convolutions, dividing a channel's weights in the first and multiplying them in the second leaves the
/// function as it is; s = sqrt(r1 · r2) / r2 makes both layers' ranges of the channel alike. A bounded ReLU (ReLU6) between them
/// becomes a plain one first (section 5.1.1): the same bound for all channels would no longer be the same.
/// </summary>
internal static class Equalization
{
    /// <summary>Passes over all pairs; the scales converge in a few.</summary>
    private const int Passes = 20;

    /// <summary>The changes of a pass after which nothing more is gained.</summary>
    private const double Converged = 1e-3;

    public static Model Apply(Model model)
    {
        model = Unbounded(model);
        var index = new GraphIndex(model.Graph);
        var layers = Layer.Of(index).Where(l => l.Node.Is("Conv") && IsOwn(index, l)).ToDictionary(l => l.Node, l => l, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        var pairs = layers.Values.Select(l => (First: l, Second: Next(index, layers, l))).Where(p => p.Second is not null).ToList();
        if (pairs.Count == 0) return model;
        var values = pairs.SelectMany(p => new[] { p.First.Weight, p.First.Bias, p.Second!.Weight }).Where(n => n.Length > 0).Distinct().ToDictionary(n => n, n => index.Constant(n)!.Floats.ToArray());
        for (var pass = 0; pass < Passes; pass++)
        {
            var moved = 0.0;
            foreach (var (first, second) in pairs) moved = Math.Max(moved, Equalize(first, second!, index.Constant(second!.Weight)!.Shape, values));
            if (moved < Converged) break;
        }
        return model with { Graph = model.Graph.ReplaceConstants(values.ToDictionary(v => v.Key, v => Tensor.Of(v.Key, index.Constant(v.Key)!.Shape.AsSpan(), v.Value))) };
    }

    private static Model Unbounded(Model model)
    {
        var index = new GraphIndex(model.Graph);
        return model with { Graph = model.Graph with { Nodes = [.. model.Graph.Nodes.Select(n => IsBoundedRelu(n) ? new Node { OpType = "Relu", Name = n.Name, Inputs = [n.Inputs[0]], Outputs = n.Outputs } : n)] } };

        bool IsBoundedRelu(Node node) => node.Is("Clip") && index.Constant(node.Input(1)) is { Type: ElementType.Float, Count: 1 } least && least.Floats[0] == 0
            && index.Producer(node.Inputs[0]) is { } before && before.Is("Conv") && Alone(index, before.Outputs[0]) == node
            && Alone(index, node.Outputs[0]) is { } behind && behind.Is("Conv") && behind.Inputs[0] == node.Outputs[0];
    }

    // Weights and bias are constants that nothing else uses.
    private static bool IsOwn(GraphIndex index, Layer layer) =>
        IsOwn(index, layer.Weight) && (layer.Bias.Length == 0 || IsOwn(index, layer.Bias)) && layer.Bias != layer.Weight;

    private static bool IsOwn(GraphIndex index, string value) =>
        index.Constant(value) is { Type: ElementType.Float } && index.Consumers(value).Count == 1 && !index.IsOutput(value);

    // The convolution that alone reads this one's output, perhaps through a ReLU.
    private static Layer? Next(GraphIndex index, Dictionary<Node, Layer> layers, Layer layer)
    {
        var value = layer.Node.Outputs[0];
        if (Alone(index, value) is { } relu && relu.Is("Relu")) value = relu.Outputs[0];
        return Alone(index, value) is { } node && node.Inputs[0] == value && layers.TryGetValue(node, out var next) ? next : null;
    }

    private static Node? Alone(GraphIndex index, string value) => !index.IsOutput(value) && index.Consumers(value) is [var only] ? only : null;

    /// <returns>The largest change of a scale's logarithm.</returns>
    private static double Equalize(Layer first, Layer second, ImmutableArray<long> shape, Dictionary<string, float[]> values)
    {
        var (one, two) = (values[first.Weight], values[second.Weight]);
        var bias = first.Bias.Length > 0 ? values[first.Bias] : null;
        var (outputs, inputsPerGroup, groups) = ((int)shape[0], (int)shape[1], (int)second.Node.Int("group", 1));
        var channels = inputsPerGroup * groups;
        var rows = one.Length / channels;
        var inner = two.Length / (outputs * inputsPerGroup);
        var before = new float[channels];
        var after = new float[channels];
        for (var i = 0; i < one.Length; i++) before[i / rows] = MathF.Max(before[i / rows], MathF.Abs(one[i]));
        for (var i = 0; i < two.Length; i++)
        {
            ref var range = ref after[ChannelOf(i)];
            range = MathF.Max(range, MathF.Abs(two[i]));
        }
        var scales = new float[channels];
        for (var c = 0; c < channels; c++) scales[c] = before[c] > 0 && after[c] > 0 ? MathF.Sqrt(before[c] / after[c]) : 1;
        for (var i = 0; i < one.Length; i++) one[i] /= scales[i / rows];
        for (var i = 0; i < two.Length; i++) two[i] *= scales[ChannelOf(i)];
        if (bias is not null)
            for (var c = 0; c < channels; c++) bias[c] /= scales[c];
        return scales.Max(s => Math.Abs(Math.Log(s)));

        int ChannelOf(int i) => i / inner % inputsPerGroup + i / (inner * inputsPerGroup) / (outputs / groups) * inputsPerGroup;
    }
}
