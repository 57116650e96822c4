namespace Pare.Onnx.Rewrites;

/// <summary>
/// Where output channels lie in a layer's weight, seen as (Rows, Columns, Inner): the column is the channel, except that each
/// next RowsPerGroup rows start after the columns of the group before (ConvTranspose with groups).
/// </summary>
internal sealed record ChannelLayout(int Rows, int Columns, int Inner, int RowsPerGroup)
{
    public int Channels => Rows / RowsPerGroup * Columns;

    /// <summary>The layout of Conv (out, in, ...), ConvTranspose (in, out / group, ...) and Gemm weights; null where the weight fits none.</summary>
    public static ChannelLayout? Of(Node layer, Tensor weight)
    {
        if (weight.Count == 0 || weight.Shape.Length < 2) return null;
        var (first, second) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        var rest = (int)(weight.Count / first);
        switch (layer.OpType)
        {
            case "Conv": return new(1, first, rest, 1);
            case "ConvTranspose":
                var group = layer.Int("group", 1);
                return group >= 1 && first % group == 0 ? new(first, second, rest / second, (int)(first / group)) : null;
            case "Gemm" when weight.Shape.Length == 2: return layer.Int("transB", 0) != 0 ? new(1, first, second, 1) : new(first, second, 1, first);
            default: return null;
        }
    }

    /// <summary>The weight with each output channel multiplied by its factor; zeros stay plain zeros.</summary>
    public float[] Scale(ReadOnlySpan<float> weight, double[] factors)
    {
        var scaled = new float[weight.Length];
        for (int row = 0, at = 0; row < Rows; row++)
        {
            var first = row / RowsPerGroup * Columns;
            for (var column = 0; column < Columns; column++)
            {
                var factor = factors[first + column];
                for (var i = 0; i < Inner; i++, at++) scaled[at] = weight[at] == 0 ? 0 : (float)(weight[at] * factor);
            }
        }
        return scaled;
    }
}
