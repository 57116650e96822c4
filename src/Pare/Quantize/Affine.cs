using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>The codes that are used of an integer type.</summary>
/// <param name="Type">UInt8, Int8 or Int4.</param>
/// <param name="Min">The smallest code.</param>
/// <param name="Max">The largest code.</param>
public readonly record struct CodeRange(ElementType Type, int Min, int Max)
{
    public static CodeRange UInt8 { get; } = new(ElementType.UInt8, 0, 255);
    public static CodeRange Int8 { get; } = new(ElementType.Int8, -128, 127);

    /// <summary>As many codes on both sides of 0, for weights.</summary>
    public static CodeRange Int8Symmetric { get; } = new(ElementType.Int8, -127, 127);

    /// <summary>
    /// 7 bits of a weight: two products of an unsigned byte and such a weight fit 16 bits, in which processors without VNNI add them.
    /// </summary>
    public static CodeRange Int8Reduced { get; } = new(ElementType.Int8, -64, 64);

    public static CodeRange Int4 { get; } = new(ElementType.Int4, -8, 7);

    /// <summary>
    /// Codes of fewer than 8 bits, one a byte: integer kernels take bytes, and what packs a file finds how few are used.
    /// </summary>
    /// <param name="bits">2 to 7.</param>
    public static CodeRange Bytes(int bits) => new(ElementType.Int8, -(1 << (bits - 1)), (1 << (bits - 1)) - 1);

    /// <summary>The range that some codes of a type were chosen from: the narrowest that holds them, or all of the type.</summary>
    public static CodeRange Holding(ElementType type, int min, int max)
    {
        IEnumerable<CodeRange> known = type == ElementType.Int8 ? [.. Enumerable.Range(2, 6).Select(Bytes), Int8Reduced, Int8Symmetric] : [];
        var (bits, signed) = (type.Bits(), type is ElementType.Int2 or ElementType.Int4 or ElementType.Int8 or ElementType.Int16 or ElementType.Int32);
        var all = signed ? new CodeRange(type, (int)-(1L << (bits - 1)), (int)((1L << (bits - 1)) - 1)) : new CodeRange(type, 0, (1 << bits) - 1);
        return known.FirstOrDefault(r => r.Min <= min && r.Max >= max, all);
    }

    /// <summary>Steps between the smallest and the largest code.</summary>
    public int Steps => Max - Min;
}

/// <summary>real = Scale · (code - ZeroPoint), as QuantizeLinear and DequantizeLinear of the ONNX standard define it. 0.0 has a code of its own.</summary>
public readonly record struct Affine(float Scale, int ZeroPoint, CodeRange Codes)
{
    /// <summary>What a scale may lose when it is rounded to float32, relative to a range.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Magnitudes that are tried for the largest code: from the largest weight's down to a tenth of it.</summary>
    private const int Cuts = 19;

    private const float CutStep = 0.05f;

    /// <summary>The map from a range's ends to the outermost codes. The range is widened to hold 0; a range of one value gets that value exactly.</summary>
    /// <exception cref="BadInputException">An end is not finite, or the ends are the wrong way round.</exception>
    public static Affine FromRange(float min, float max, CodeRange codes)
    {
        if (!(float.IsFinite(min) && float.IsFinite(max) && min <= max)) throw new BadInputException($"range {min} to {max} cannot be quantized; two finite numbers in order are needed");
        if (min == max) return Single(min, codes);
        // In double: the range of all floats is twice as wide as a float can say.
        var (low, high) = (Math.Min(0.0, min), Math.Max(0.0, max));
        var scale = ScaleOf(high - low, codes.Steps);
        return new Affine(scale, (int)Math.Clamp(Math.Round(codes.Min - low / scale, MidpointRounding.ToEven), codes.Min, codes.Max), codes);
    }

    /// <summary>The map whose code 0 is 0.0 and whose largest code is <paramref name="magnitude"/>.</summary>
    /// <exception cref="BadInputException">The magnitude is no finite number of 0 or more.</exception>
    public static Affine Symmetric(float magnitude, CodeRange codes)
    {
        if (!(magnitude >= 0 && float.IsFinite(magnitude))) throw new BadInputException($"magnitude {magnitude} cannot be quantized; a finite number of 0 or more is needed");
        return new Affine(magnitude == 0 ? 1 : ScaleOf(magnitude, codes.Max), 0, codes);
    }

    /// <summary>The map whose code 0 is 0.0 that rounds some weights with the least squared error.</summary>
    public static Affine LeastError(ReadOnlySpan<float> weights, CodeRange codes)
    {
        var magnitude = 0f;
        foreach (var value in weights) magnitude = MathF.Max(magnitude, MathF.Abs(value));
        var (best, least) = (default(Affine), double.PositiveInfinity);
        for (var cut = 0; cut < Cuts; cut++)
        {
            var map = Symmetric(magnitude * (1 - CutStep * cut), codes);
            double sum = 0;
            foreach (var value in weights)
            {
                var difference = (double)value - map.Round(value);
                sum += difference * difference;
            }
            if (sum < least) (best, least) = (map, sum);
        }
        return best;
    }

    public float Decode(int code) => Scale * (code - ZeroPoint);

    /// <summary>saturate(round_half_to_even(value / scale) + zero point), in float32 like the kernels; NaN is 0.0.</summary>
    public int Encode(float value)
    {
        var code = MathF.Round(value / Scale, MidpointRounding.ToEven) + ZeroPoint;
        return float.IsNaN(code) ? ZeroPoint : (int)Math.Clamp(code, Codes.Min, Codes.Max);
    }

    /// <summary>The value that a value becomes.</summary>
    public float Round(float value) => Decode(Encode(value));

    private static Affine Single(float value, CodeRange codes) =>
        new(value == 0 ? 1 : Math.Abs(value), value < 0 ? codes.Max : Math.Max(codes.Min, Math.Min(0, codes.Max)), codes);

    // Never so small that an end saturates: among the smallest floats the next one is far away.
    private static float ScaleOf(double range, int steps)
    {
        var scale = (float)(range / steps);
        return (double)scale * steps < range * (1 - Rounding) ? MathF.BitIncrement(scale) : scale;
    }
}
