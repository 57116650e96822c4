using Pare.Onnx;

namespace Pare.Torch;

/// <summary>Floats of 4 and 8 bits. Source: ONNX documentation, "Float stored in 8 bits" and "Float stored in 4 bits".</summary>
internal static class SmallFloat
{
    /// <summary>The value of one code.</summary>
    public static float Decode(ElementType type, byte code) => type switch
    {
        ElementType.Float8E4M3FN when (code & 0x7f) == 0x7f => float.NaN,
        ElementType.Float8E4M3FN => Decode(code, 4, 3, 7),
        ElementType.Float8E4M3FNUZ when code == 0x80 => float.NaN,
        ElementType.Float8E4M3FNUZ => Decode(code, 4, 3, 8),
        ElementType.Float8E5M2 when (code & 0x7f) == 0x7c => (code & 0x80) == 0 ? float.PositiveInfinity : float.NegativeInfinity,
        ElementType.Float8E5M2 when (code & 0x7f) > 0x7c => float.NaN,
        ElementType.Float8E5M2 => Decode(code, 5, 2, 15),
        ElementType.Float8E5M2FNUZ when code == 0x80 => float.NaN,
        ElementType.Float8E5M2FNUZ => Decode(code, 5, 2, 16),
        ElementType.Float8E8M0 => code == 0xff ? float.NaN : MathF.ScaleB(1, code - 127),
        ElementType.Float4E2M1 => Decode(code, 2, 1, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a small float"),
    };

    private static float Decode(int code, int exponentBits, int mantissaBits, int bias)
    {
        var mantissa = code & ((1 << mantissaBits) - 1);
        var exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
        var magnitude = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return code >> (exponentBits + mantissaBits) != 0 ? -magnitude : magnitude;
    }
}
