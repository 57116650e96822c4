namespace Pare.Onnx.Rewrites;

/// <summary>What a BatchNormalization does to each channel when it predicts: y = Scale · x + Shift.</summary>
internal sealed record ChannelAffine(double[] Scale, double[] Shift)
{
    /// <summary>Reads it from constant statistics; null where one is not a constant of floats.</summary>
    public static ChannelAffine? Of(GraphIndex index, Node norm)
    {
        var statistics = norm.Inputs.Skip(1).Select(index.Constant).ToList();
        var count = statistics[0]?.Count;
        if (statistics.Any(t => t is not { Type: ElementType.Float } || t.Count != count)) return null;
        ReadOnlySpan<float> gamma = statistics[0]!.Floats, beta = statistics[1]!.Floats, mean = statistics[2]!.Floats, variance = statistics[3]!.Floats;
        var epsilon = (double)norm.Float("epsilon", 1e-5f);
        var (scale, shift) = (new double[gamma.Length], new double[gamma.Length]);
        for (var i = 0; i < scale.Length; i++)
        {
            scale[i] = gamma[i] / Math.Sqrt(variance[i] + epsilon);
            shift[i] = beta[i] - mean[i] * scale[i];
        }
        return new(scale, shift);
    }
}
