using Pare.Onnx;
using Pare.Onnx.Rewrites;

namespace Pare.Prune.Channels;

/// <summary>
/// Channels that hold one number whatever the input is: those of a layer whose weights for them are all zero, followed through
/// operators that treat every channel alone.
/// </summary>
internal sealed class ConstantChannels
{
    private readonly ChannelGraph _graph;
    private readonly GraphIndex _index;
    private readonly Dictionary<string, float?[]> _values = [];

    public ConstantChannels(ChannelGraph graph)
    {
        (_graph, _index) = (graph, graph.Map.Index);
        var layers = graph.Layers.ToDictionary(l => l.Layer.Node.Outputs[0]);
        foreach (var node in graph.Model.Graph.Nodes)
        {
            var value = layers.TryGetValue(node.Outputs.FirstOrDefault() ?? "", out var layer) ? OfLayer(layer) : Through(node);
            if (value is not null && Array.Exists(value, v => v is not null)) _values[node.Outputs[0]] = value;
        }
    }

    /// <summary>The number that a channel of a value holds; null where it depends on the input, or nothing is known.</summary>
    public float? Of(string value, int channel) => _values.TryGetValue(value, out var known) && channel < known.Length ? known[channel] : null;

    private float?[]? OfLayer(ChannelLayer layer)
    {
        var node = layer.Layer.Node;
        if (layer.Rows is null || node.OpType == "ConvTranspose" || layer.Layer.WeightInput != 1) return null;
        // Channels are counted along dimension 1; those of a product of more than two dimensions lie along the last.
        if (node.OpType == "MatMul" && _graph.Map.Shape(node.Outputs[0]) is not { Length: 2 }) return null;
        var used = LayerUse.OfRows(_graph, layer);
        if (!used.Contains(false)) return null;
        var bias = layer.Layer.Bias.Length == 0 ? new float[used.Length] : WeightValues.Dense(_index, layer.Layer.Bias);
        if (bias.Length != used.Length) return null;
        var factor = node.Is("Gemm") ? node.Float("beta", 1) : 1;
        return [.. used.Select((u, i) => u ? (float?)null : factor * bias[i])];
    }

    private float?[]? Through(Node node)
    {
        if (node.Is("Concat")) return Concat(node);
        if (node.Inputs.IsEmpty || !_values.TryGetValue(node.Inputs[0], out var value) || node.Subgraphs.Any()) return null;
        if (ChannelWise.Keeps(_index, node)) return Array.ConvertAll(value, c => c is { } k && ChannelWise.Apply(_index, node, k) is { } to && float.IsFinite(to) ? (float?)to : null);
        return node.OpType switch
        {
            "Flatten" or "Reshape" => Flat(node, value),
            "BatchNormalization" when ChannelAffine.Of(_index, node) is { } affine && affine.Scale.Length == value.Length =>
                [.. value.Select((c, i) => c is { } k ? (float?)(affine.Scale[i] * k + affine.Shift[i]) : null)],
            _ => null,
        };
    }

    // [N, C, ...] to [N, C · ...]: each channel's places side by side.
    private float?[]? Flat(Node node, float?[] value)
    {
        if (_graph.Map.Known(node.Outputs[0]) is not { Rank: 2 } flat || flat.Axes[1] is not { } labels || labels.Length % value.Length != 0) return null;
        if (_graph.Map.Known(node.Inputs[0]) is not { Rank: > 1 } x || x.Axes[1]?.Length != value.Length || x.Shape[0] != flat.Shape[0]) return null;
        var each = labels.Length / value.Length;
        return [.. labels.Select((_, i) => value[i / each])];
    }

    private float?[]? Concat(Node node)
    {
        if (_graph.Map.Shape(node.Outputs[0]) is not { Length: > 2 } || node.Int("axis", 0) != 1) return null;
        var parts = new List<float?>();
        foreach (var input in node.Inputs)
        {
            if (_graph.Map.Shape(input) is not { Length: > 2 } shape || shape[1].Value is not { } channels) return null;
            parts.AddRange(_values.GetValueOrDefault(input) ?? new float?[channels]);
        }
        return [.. parts];
    }
}
