namespace Pare.Quantize;

/// <summary>Biases with fewer bits, kept as float32.</summary>
public static class BiasRounding
{
    /// <summary>Rounded copies, half to even; values beyond float16's range stay as they are.</summary>
    public static float[] Round(ReadOnlySpan<float> values, BiasForm form)
    {
        var rounded = values.ToArray();
        var step = Step(values);
        for (var i = 0; i < rounded.Length; i++)
            rounded[i] = form == BiasForm.Grid8 ? (float)(Math.Round(values[i] / step) * step) : ToHalf(values[i]);
        return rounded;
    }

    /// <summary>The smallest power of two whose 127-fold reaches every value: its multiples have 7 significant bits, so a float32's two low bytes are zero.</summary>
    public static double Step(ReadOnlySpan<float> values)
    {
        var largest = 0.0;
        foreach (var value in values) largest = Math.Max(largest, Math.Abs((double)value));
        return largest == 0 ? 1 : Math.ScaleB(1, (int)Math.Ceiling(Math.Log2(largest / 127)));
    }

    private static float ToHalf(float value)
    {
        var half = (Half)value;
        return Half.IsFinite(half) ? (float)half : value;
    }
}
