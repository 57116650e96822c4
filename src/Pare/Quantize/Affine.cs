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

    /// <summary>The codes of 2 and 4 bits, one a byte: integer kernels take bytes, and what packs a file finds that few are used.</summary>
    public static CodeRange Bytes2 { get; } = new(ElementType.Int8, -2, 1);
    public static CodeRange Bytes4 { get; } = new(ElementType.Int8, -8, 7);

    /// <summary>The range that some codes of a type were chosen from: the narrowest of those known for it, or all of the type.</summary>
    public static CodeRange Holding(ElementType type, int min, int max)
    {
        CodeRange[] known = type == ElementType.Int8 ? [Bytes2, Bytes4, Int8Reduced, Int8Symmetric] : [];
        var bits = type.Bits();
        var signed = type is ElementType.Int2 or ElementType.Int4 or ElementType.Int8 or ElementType.Int16 or ElementType.Int32;
        var all = new CodeRange(type, signed ? (int)-(1L << (bits - 1)) : 0, (int)Math.Min(int.MaxValue, (1L << (signed ? bits - 1 : bits)) - 1));
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
