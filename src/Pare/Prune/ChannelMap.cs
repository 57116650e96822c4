using Pare.Onnx;

namespace Pare.Prune;

/// <summary>
/// Follows channels from the layers that make them, through operators that keep them apart, to the layers that consume them.
/// One pass over the graph; whatever it does not know freezes the groups that reach it.
/// </summary>
internal sealed class ChannelMap
{
    private readonly GraphIndex _index;
    private readonly Dictionary<string, ChannelValue> _values = [];
    private readonly List<ChannelGroup> _groups = [];

    public ChannelMap(Graph graph)
    {
        _index = new GraphIndex(graph);
        foreach (var node in graph.Nodes) Visit(node);
        foreach (var output in graph.Outputs) Freeze(output.Name);
    }

    public GraphIndex Index => _index;

    /// <summary>The groups in the graph's order.</summary>
    public IReadOnlyList<ChannelGroup> Groups => _groups;

    /// <summary>Names of the values that have channels of a group.</summary>
    public IEnumerable<string> ValuesOf(IReadOnlySet<ChannelGroup> groups) =>
        _values.Where(v => v.Value.Channels.Any(c => groups.Contains(c.Group))).Select(v => v.Key);

    private void Visit(Node node)
    {
        if (node.IsStandard && node.OpType is "Conv" or "Gemm" or "MatMul")
        {
            VisitLayer(node);
            return;
        }
        if (Through(node) is { } value) _values[node.Outputs[0]] = value;
        else FreezeInputs(node);
    }

    private void VisitLayer(Node node)
    {
        var layer = ChannelLayer.Of(_index, node);
        if (layer is null || !Consume(layer)) FreezeInputs(node);
        if (layer is null) return;
        var group = new ChannelGroup(layer);
        _groups.Add(group);
        var channels = new Channel[layer.OutputCount];
        for (var i = 0; i < channels.Length; i++) channels[i] = new Channel(group, i, layer.ConstantOutput(i));
        _values[node.Outputs[0]] = new ChannelValue(layer.Axis, channels);
    }

    private bool Consume(ChannelLayer layer)
    {
        if (!_values.TryGetValue(layer.Node.Inputs[0], out var value)) return true;
        var channels = value.Channels;
        if (!layer.TakesInput(value.Axis) || channels.Length == 0 || layer.InputCount % channels.Length != 0) return false;
        var columns = layer.InputCount / channels.Length;
        if (columns != 1 && value.Axis != ChannelAxis.Matrix) return false;
        for (var i = 0; i < channels.Length; i++)
            channels[i].Group.Add(new ChannelUse(channels[i].Number, layer, i * columns, columns, channels[i].Constant));
        return true;
    }

    private ChannelValue? Through(Node node)
    {
        if (node.Inputs.Length == 0 || !_values.TryGetValue(node.Inputs[0], out var value) || node.Subgraphs.Any()) return null;
        if (ChannelWise.Keeps(_index, node, value.Axis))
            return value with { Channels = Array.ConvertAll(value.Channels, c => c with { Constant = c.Constant is { } k && ChannelWise.Apply(_index, node, k) is { } to && float.IsFinite(to) ? to : null }) };
        if (IsFlatten(node) && value.Axis is ChannelAxis.Spatial or ChannelAxis.Matrix) return value with { Axis = ChannelAxis.Matrix };
        return node.Is("Concat") ? Concat(node, value.Axis) : null;
    }

    // [N, C, ...] -> [N, C · ...]: Flatten at axis 1, or a Reshape that says so for every shape.
    private bool IsFlatten(Node node) =>
        (node.Is("Flatten") && node.Int("axis", 1) == 1)
        || (node.Is("Reshape") && node.Int("allowzero", 0) == 0 && _index.Constant(node.Input(1)) is { Type: ElementType.Int64 } shape && shape.Int64s is [0, -1]);

    private ChannelValue? Concat(Node node, ChannelAxis axis)
    {
        if (axis != ChannelAxis.Spatial || node.Int("axis", 0) != 1) return null;
        var parts = node.Inputs.Select(i => _values.GetValueOrDefault(i)).ToList();
        return parts.TrueForAll(p => p?.Axis == axis) ? new ChannelValue(axis, [.. parts.SelectMany(p => p!.Channels)]) : null;
    }

    private void FreezeInputs(Node node)
    {
        foreach (var input in node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames()))) Freeze(input);
    }

    private void Freeze(string value)
    {
        if (!_values.TryGetValue(value, out var known)) return;
        foreach (var channel in known.Channels) channel.Group.Freeze();
    }
}
