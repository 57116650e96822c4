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

    /// <summary>True for the float types of 4 and 8 bits.</summary>
    public static bool IsSmallFloat(this ElementType type) => type is ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ
        or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0 or ElementType.Float4E2M1;

    /// <summary>
    /// Every element rounded to the nearest value of the type, half to even codes; the result is held in float32. What is too large becomes
    /// the largest value where <paramref name="saturate"/> is set, else infinity or NaN, whichever the type has.
    /// </summary>
    public static TorchTensor Round(TorchTensor x, ElementType type, bool saturate)
    {
        using var scope = torch.NewDisposeScope();
        var values = x.detach().to(torch.ScalarType.Float32).contiguous().clone();
        var ladder = new Ladder(type, saturate);
        var span = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(values.bytes);
        for (var i = 0; i < span.Length; i++) span[i] = ladder.Nearest(span[i]);
        return values.MoveToOuterDisposeScope();
    }

    private static float Decode(int code, int exponentBits, int mantissaBits, int bias)
    {
        var mantissa = code & ((1 << mantissaBits) - 1);
        var exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
        var magnitude = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return code >> (exponentBits + mantissaBits) != 0 ? -magnitude : magnitude;
    }

    /// <summary>A type's non-negative finite values, rising; a value's place is its code.</summary>
    private sealed class Ladder
    {
        private readonly float[] _values;
        private readonly float _beyond;
        private readonly bool _saturate;
        private readonly bool _signed;

        public Ladder(ElementType type, bool saturate)
        {
            var bits = type == ElementType.Float4E2M1 ? 3 : type == ElementType.Float8E8M0 ? 8 : 7;
            _values = [.. Enumerable.Range(0, 1 << bits).Select(c => Decode(type, (byte)c)).TakeWhile(float.IsFinite)];
            _saturate = saturate || type == ElementType.Float4E2M1;
            _signed = type != ElementType.Float8E8M0;
            _beyond = type == ElementType.Float8E5M2 ? float.PositiveInfinity : float.NaN;
        }

        public float Nearest(float x)
        {
            if (float.IsNaN(x)) return x;
            var magnitude = MathF.Abs(x);
            var above = Array.BinarySearch(_values, magnitude);
            float found;
            if (above >= 0) found = _values[above];
            else if (~above == 0) found = _values[0];
            else if (~above < _values.Length) found = Between(~above, magnitude);
            else found = Beyond(magnitude);
            return _signed ? MathF.CopySign(found, x) : found;
        }

        private float Between(int above, float magnitude)
        {
            double low = _values[above - 1], high = _values[above], middle = (low + high) / 2;
            if (magnitude == middle) return _values[above % 2 == 0 ? above : above - 1];
            return magnitude < middle ? _values[above - 1] : _values[above];
        }

        // The largest value takes in what would round to it if the ladder went on.
        private float Beyond(float magnitude)
        {
            var half = (_values[^1] - _values[^2]) / 2;
            return _saturate || magnitude <= _values[^1] + half && (_values.Length % 2 == 1 || magnitude < _values[^1] + half) ? _values[^1] : _beyond;
        }
    }
}
