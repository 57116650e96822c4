namespace Pare.Quantize.Integer;

/// <summary>
/// What rounding the weights adds to a layer's mean output, taken off its bias: b' = b - (Ŵ - W) · E[x] (Nagel et al., Data-Free
/// Quantization through Weight Equalization and Bias Correction, 2019, section 4.2), with the means that calibration saw.
/// </summary>
internal static class BiasCorrection
{
    /// <summary>The corrected bias; the layer's own where the means are not known or it has none.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weight">Its weights in codes.</param>
    /// <param name="input">What was seen of its input.</param>
    public static float[]? Corrected(IntegerLayer layer, LinearWeight weight, RangeRecord input)
    {
        if (layer.Bias is not { } bias || input.ChannelMeans.IsEmpty) return layer.Bias;
        var means = input.ChannelMeans;
        var groups = (int)layer.Layer.Node.Int("group", 1);
        var shape = weight.Real.Shape;
        var byInput = layer.Axis == 0;
        // Weights as (output, input, inner) for axis 0 and (input, output) for axis 1.
        var inputs = (int)shape[byInput ? 1 : 0];
        if (means.Length != inputs * groups) return bias;
        var inner = (int)shape.Skip(2).Aggregate(1L, (a, b) => a * b);
        var shift = new double[bias.Length];
        var real = weight.Real.Floats;
        for (var i = 0; i < real.Length; i++)
        {
            var (first, second) = (i / inner / (int)shape[1], i / inner % (int)shape[1]);
            var (output, channel) = byInput ? (first, second + first / (bias.Length / groups) * inputs) : (second, first);
            shift[output] += ((double)weight.Decoded(i) - real[i]) * means[channel];
        }
        return [.. bias.Select((b, i) => (float)(b - shift[i]))];
    }
}
