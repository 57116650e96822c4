using System.Numerics;

namespace Pare.Coding.Modelled;

/// <summary>
/// Codes floats that are small multiples of one power of two (rounded biases, float16 values): the number of bits of the multiple,
/// its sign, its second bit, and the rest as they are.
/// </summary>
internal sealed class GridModel(int exponent)
{
    /// <summary>Exponent of the smallest float.</summary>
    public const int MinExponent = -149;

    private const int MaxBits = 24;
    private readonly uint[] _size = Counter.Table(32);
    private readonly uint[] _sign = Counter.Table(2);
    private readonly uint[] _second = Counter.Table(32);

    /// <summary>The largest power of two that all values are multiples of, and the bits of the largest multiple; null where there is none that helps.</summary>
    public static (int Exponent, int Bits)? Of(ReadOnlySpan<byte> data)
    {
        int lowest = int.MaxValue, highest = int.MinValue;
        for (var i = 0; i < data.Length / 4; i++)
        {
            var bits = (uint)Values.Get(data, 4, i);
            if (bits << 1 == 0) continue;
            var field = (int)(bits >> 23 & 255);
            var mantissa = bits & 0x7fffff | (field > 0 ? 0x800000u : 0);
            if (field == 255) return null;
            var unit = Math.Max(field, 1) - 150;
            lowest = Math.Min(lowest, unit + BitOperations.TrailingZeroCount(mantissa));
            highest = Math.Max(highest, unit + BitOperations.Log2(mantissa) + 1);
        }
        if (lowest == int.MaxValue) return (0, 0);
        return highest - lowest <= MaxBits ? (lowest, highest - lowest) : null;
    }

    public uint Code(ArithmeticCoder coder, uint value)
    {
        var multiple = 0;
        if (!coder.IsDecoding) multiple = (int)Math.ScaleB(BitConverter.UInt32BitsToSingle(value), -exponent);
        var magnitude = (uint)Math.Abs(multiple);
        var size = Size(coder, magnitude == 0 ? 0 : BitOperations.Log2(magnitude) + 1);
        // Rounding leaves zeros of both signs.
        var negative = Adaptive(coder, ref _sign[size == 0 ? 1 : 0], (int)(value >> 31));
        if (size == 0) return (uint)negative << 31;
        uint result = 1;
        if (size > 1) result = 2 | (uint)Adaptive(coder, ref _second[size], (int)(magnitude >> size - 2) & 1);
        if (size > 2) result = result << size - 2 | coder.Bits(magnitude & (1u << size - 2) - 1, size - 2);
        // Exact: at most 24 bits times a power of two.
        var real = (float)Math.ScaleB(negative == 1 ? -(double)result : result, exponent);
        return BitConverter.SingleToUInt32Bits(real);
    }

    private int Size(ArithmeticCoder coder, int size)
    {
        var node = 1;
        for (var i = 4; i >= 0; i--) node = node << 1 | Adaptive(coder, ref _size[node], size >> i & 1);
        return Math.Min(node & 31, MaxBits);
    }

    private static int Adaptive(ArithmeticCoder coder, ref uint counter, int bit)
    {
        var probability = Math.Clamp((int)(counter >> 16), 64, 65472);
        bit = coder.Bit(bit, probability);
        Counter.Update(ref counter, bit, 250);
        return bit;
    }
}
