using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Which channels of a layer have any weight but zeros.</summary>
internal static class LayerUse
{
    public static bool[] OfRows(ChannelGraph graph, ChannelLayer layer) => Along(graph, layer, layer.RowAxis, 1);

    public static bool[] OfInputs(ChannelGraph graph, ChannelLayer layer) => Along(graph, layer, layer.ColumnAxis, layer.Layer.Node.OpType == "Conv" ? layer.Groups : 1);

    // With groups, the first part of the rows has the columns of the first channels, and so on.
    private static bool[] Along(ChannelGraph graph, ChannelLayer layer, int axis, int groups)
    {
        var weights = WeightValues.Resolve(graph.Map.Index, layer.Layer.Weight);
        var values = weights.Type == ElementType.Float ? weights.Floats : weights.ToFloats();
        var length = (int)weights.Shape[axis];
        var used = new bool[length * groups];
        var inner = (int)weights.Shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d);
        var part = values.Length / groups;
        for (var start = 0; start < values.Length; start += inner)
        {
            ref var place = ref used[start / part * length + start / inner % length];
            place = place || values.Slice(start, inner).ContainsAnyExcept(0f);
        }
        return used;
    }
}
