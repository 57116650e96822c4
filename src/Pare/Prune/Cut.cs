namespace Pare.Prune;

/// <summary>Where a ranking is cut: keys below <paramref name="Key"/> go, and of those equal to it the first <paramref name="Ties"/> by position.</summary>
internal readonly record struct Cut(uint Key, long Ties)
{
    private const int Buckets = 1 << 16;

    /// <summary>
    /// The cut that takes exactly the <paramref name="count"/> smallest keys of all the weights together, ties in order of position.
    /// A radix selection over two 16-bit digits: two passes, linear time.
    /// </summary>
    public static Cut Smallest(long count, IReadOnlyList<ScoredWeights> weights)
    {
        if (count <= 0) return default;
        var counts = new long[Buckets];
        foreach (var layer in weights)
            foreach (var keys in layer.Keys())
                foreach (var key in keys) counts[key >> 16]++;
        var high = Digit(counts, ref count);
        Array.Clear(counts);
        foreach (var layer in weights)
            foreach (var keys in layer.Keys())
                foreach (var key in keys)
                    if (key >> 16 == high) counts[key & 0xFFFF]++;
        var low = Digit(counts, ref count);
        return new Cut(high << 16 | low, count);
    }

    // The digit of the count-th smallest key; count becomes its rank among the keys with that digit.
    private static uint Digit(long[] counts, ref long count)
    {
        for (var digit = 0; digit < counts.Length; digit++)
        {
            if (count <= counts[digit]) return (uint)digit;
            count -= counts[digit];
        }
        throw new ArgumentOutOfRangeException(nameof(count), "more keys wanted than there are");
    }
}
