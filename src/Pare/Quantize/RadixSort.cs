using System.Runtime.InteropServices;

namespace Pare.Quantize;

/// <summary>Sorts floats by their bits: three passes of 11 bits, a stable order, time linear in the count.</summary>
internal static class RadixSort
{
    private const int Digit = 11;
    private const int Buckets = 1 << Digit;

    // Below this a comparison sort wins over three passes through 2048 buckets.
    private const int MinCount = 4096;

    /// <summary>Sorts <paramref name="values"/> ascending, and <paramref name="weights"/> along with them where there are any. No value is NaN.</summary>
    public static void Sort(float[] values, float[]? weights)
    {
        if (values.Length < MinCount)
        {
            if (weights is null) Array.Sort(values);
            else SortSmall(values, weights);
            return;
        }
        var keys = MemoryMarshal.Cast<float, uint>(values.AsSpan());
        for (var i = 0; i < keys.Length; i++) keys[i] = ToKey(keys[i]);
        var counts = Count(keys);
        var scratch = GC.AllocateUninitializedArray<uint>(keys.Length);
        var weightScratch = weights is null ? null : GC.AllocateUninitializedArray<float>(keys.Length);
        Pass(keys, weights, scratch, weightScratch, counts.AsSpan(0, Buckets), 0);
        Pass(scratch, weightScratch, keys, weights, counts.AsSpan(Buckets, Buckets), Digit);
        Pass(keys, weights, scratch, weightScratch, counts.AsSpan(2 * Buckets, Buckets), 2 * Digit);
        for (var i = 0; i < keys.Length; i++) keys[i] = FromKey(scratch[i]);
        weightScratch?.CopyTo(weights!, 0);
    }

    // Array.Sort with items is not stable; weights of equal values are ordered too, so that the result is one.
    private static void SortSmall(float[] values, float[] weights)
    {
        var pairs = new (float Value, float Weight)[values.Length];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = (values[i], weights[i]);
        Array.Sort(pairs);
        for (var i = 0; i < pairs.Length; i++) (values[i], weights[i]) = pairs[i];
    }

    private static int[] Count(ReadOnlySpan<uint> keys)
    {
        var counts = new int[3 * Buckets];
        foreach (var key in keys)
        {
            counts[key & (Buckets - 1)]++;
            counts[Buckets + ((key >> Digit) & (Buckets - 1))]++;
            counts[2 * Buckets + (key >> (2 * Digit))]++;
        }
        return counts;
    }

    private static void Pass(ReadOnlySpan<uint> from, ReadOnlySpan<float> fromWeights, Span<uint> to, Span<float> toWeights, Span<int> counts, int shift)
    {
        var next = 0;
        for (var b = 0; b < Buckets; b++) (counts[b], next) = (next, next + counts[b]);
        for (var i = 0; i < from.Length; i++)
        {
            var at = counts[(int)(from[i] >> shift) & (Buckets - 1)]++;
            to[at] = from[i];
            if (!fromWeights.IsEmpty) toWeights[at] = fromWeights[i];
        }
    }

    // Flips the sign bit of positive numbers and every bit of negative ones: the order of unsigned keys is that of the floats.
    private static uint ToKey(uint bits) => bits ^ ((uint)((int)bits >> 31) | 0x80000000u);

    private static uint FromKey(uint key) => key ^ (((key >> 31) - 1) | 0x80000000u);
}
