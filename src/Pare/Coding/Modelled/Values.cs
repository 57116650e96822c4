using Pare.Onnx;

namespace Pare.Coding.Modelled;

/// <summary>Elements as numbers: their bits, their order and their rough size, by integer steps alone.</summary>
internal static class Values
{
    /// <summary>The bits of element <paramref name="i"/>, little-endian.</summary>
    public static ulong Get(ReadOnlySpan<byte> data, int width, int i)
    {
        ulong value = 0;
        for (var b = width - 1; b >= 0; b--) value = value << 8 | data[i * width + b];
        return value;
    }

    public static void Set(Span<byte> data, int width, int i, ulong value)
    {
        for (var b = 0; b < width; b++) data[i * width + b] = (byte)(value >> 8 * b);
    }

    /// <summary>A key that sorts like the numbers: floats by sign and magnitude, signed integers from the most negative.</summary>
    public static long OrderKey(ulong bits, int width, bool isFloat, bool isSigned)
    {
        if (!isFloat && !isSigned) return (long)(bits ^ 1UL << 63);
        var signed = (long)(bits << 64 - 8 * width);
        return isFloat && signed < 0 ? long.MinValue - signed - 1 : signed;
    }

    /// <summary>Twice the base-2 logarithm of the magnitude, rounded down; 0 for zero.</summary>
    public static int HalfOctave(ulong bits, int width, bool isFloat, bool isSigned, ElementType type)
    {
        var top = 8 * width - 1;
        if (isFloat)
        {
            var mantissa = type switch { ElementType.Float16 => 10, ElementType.BFloat16 => 7, _ => width == 8 ? 52 : 23 };
            return (int)((bits & (1UL << top) - 1) >> mantissa - 1);
        }
        if (isSigned && (bits >> top & 1) == 1) bits = (~bits + 1) & ulong.MaxValue >> 63 - top;
        if (bits == 0) return 0;
        var log = System.Numerics.BitOperations.Log2(bits);
        return 2 + 2 * log + (log > 0 ? (int)(bits >> log - 1 & 1) : 0);
    }
}
