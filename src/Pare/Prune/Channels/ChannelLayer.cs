using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>A layer with the labels of its weights.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Inputs">Labels of its input channels, null where they have none; what a column stands for in a grouped Conv differs by group.</param>
/// <param name="Weights">Its weights' labels.</param>
/// <param name="RowAxis">The weights' axis of output channels; with several groups of a ConvTranspose, those of one group.</param>
/// <param name="ColumnAxis">The weights' axis of input channels; with several groups of a Conv, those of one group.</param>
internal sealed record ChannelLayer(Layer Layer, int[]? Inputs, LabelledValue Weights, int RowAxis, int ColumnAxis)
{
    public string Name => Layer.Name;

    public int[]? Rows => Weights.Axes[RowAxis];

    public int Groups => Layer.Node.OpType is "Conv" or "ConvTranspose" ? (int)Layer.Node.Int("group", 1) : 1;

    /// <summary>Output channels that one row stands for.</summary>
    public int ChannelsARow => Layer.Node.OpType == "ConvTranspose" ? Groups : 1;

    /// <summary>Output channels.</summary>
    public int Channels => (int)Weights.Shape[RowAxis].Value!.Value * ChannelsARow;

    public static IEnumerable<ChannelLayer> Of(ChannelMap map)
    {
        foreach (var layer in Onnx.Layer.Of(map.Index))
        {
            if (map.Find(layer.Weight) is not { Rank: > 1 } weights) continue;
            var (row, column) = Axes(layer, weights.Rank);
            yield return new ChannelLayer(layer, Columns(map, layer, weights.Axes[column]), weights, row, column);
        }
    }

    // Depthwise weights have no column for a channel: it goes on as an output, nothing sums over it.
    private static int[]? Columns(ChannelMap map, Layer layer, int[]? columns)
    {
        if (layer.Node.OpType != "Conv" || layer.Node.Int("group", 1) == 1 || columns is null) return columns;
        return map.Known(layer.Node.Inputs[0])?.Axes[1];
    }

    private static (int Row, int Column) Axes(Layer layer, int rank) => layer.Node.OpType switch
    {
        "Conv" => (0, 1),
        "ConvTranspose" => (1, 0),
        "Gemm" when layer.WeightInput == 1 => layer.Node.Int("transB", 0) == 0 ? (1, 0) : (0, 1),
        "Gemm" => layer.Node.Int("transA", 0) == 0 ? (0, 1) : (1, 0),
        _ => layer.WeightInput == 1 ? (rank - 1, rank - 2) : (rank - 2, rank - 1),
    };
}
