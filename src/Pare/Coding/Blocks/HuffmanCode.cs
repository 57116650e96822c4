namespace Pare.Coding.Blocks;

/// <summary>A canonical, length-limited Huffman code: the lengths say everything.</summary>
internal sealed class HuffmanCode
{
    /// <summary>No code word is longer.</summary>
    public const int MaxLength = 16;

    private HuffmanCode(byte[] lengths) => Lengths = lengths;

    /// <summary>Length of each symbol's code word; 0 for symbols that do not occur.</summary>
    public byte[] Lengths { get; }

    /// <summary>The longest code word; 0 where there is one symbol alone, which needs no bits.</summary>
    public int Longest => Lengths.Length == 0 ? 0 : Lengths.Max() is var most && most == 1 && Lengths.Count(l => l > 0) == 1 ? 0 : most;

    /// <summary>The best code for a histogram.</summary>
    public static HuffmanCode Of(ReadOnlySpan<int> histogram)
    {
        var used = new List<int>();
        for (var s = 0; s < histogram.Length; s++)
            if (histogram[s] > 0) used.Add(s);
        var lengths = new byte[used.Count == 0 ? 0 : used[^1] + 1];
        if (used.Count == 1) lengths[used[0]] = 1;
        if (used.Count < 2) return new(lengths);
        var counts = new long[used.Count];
        for (var i = 0; i < counts.Length; i++) counts[i] = histogram[used[i]];
        var limit = Math.Clamp(System.Numerics.BitOperations.Log2((uint)used.Count) + 5, 12, MaxLength);
        var best = LimitedLengths(counts, limit);
        for (var i = 0; i < best.Length; i++) lengths[used[i]] = best[i];
        return new(lengths);
    }

    /// <summary>A code read from a file.</summary>
    /// <exception cref="BadInputException">The lengths are not those of a complete code.</exception>
    public static HuffmanCode OfLengths(byte[] lengths)
    {
        long sum = 0;
        var used = 0;
        foreach (var l in lengths)
        {
            if (l > MaxLength) throw new BadInputException($"packed file: a Huffman code word has {l} bits, {MaxLength} are allowed");
            if (l == 0) continue;
            used++;
            sum += 1L << MaxLength - l;
        }
        var complete = used == 0 || (used == 1 ? sum == 1 << MaxLength - 1 : sum == 1 << MaxLength);
        if (!complete) throw new BadInputException("packed file: the lengths of a Huffman code do not add up to a complete code");
        return new(lengths);
    }

    /// <summary>Bits that symbols with this histogram take.</summary>
    public long Bits(ReadOnlySpan<int> histogram)
    {
        if (Longest == 0) return 0;
        long bits = 0;
        for (var s = 0; s < Lengths.Length; s++) bits += (long)histogram[s] * Lengths[s];
        return bits;
    }

    /// <summary>The code words, first bit lowest, as the streams hold them.</summary>
    public ushort[] Words()
    {
        var words = new ushort[Lengths.Length];
        ForEachWord((symbol, length, word) => words[symbol] = (ushort)word);
        return words;
    }

    /// <summary>For every <see cref="Longest"/> next bits the symbol (upper 16 bits) and the length of its code word.</summary>
    public uint[] Table()
    {
        var longest = Longest;
        var table = new uint[1 << longest];
        if (longest == 0) table[0] = (uint)Math.Max(0, Array.FindIndex(Lengths, l => l > 0)) << 16;
        else
            ForEachWord((symbol, length, word) =>
            {
                for (var i = word; i < table.Length; i += 1 << length) table[i] = (uint)symbol << 16 | (uint)length;
            });
        return table;
    }

    // Canonical: code words count up by length, then by symbol.
    private void ForEachWord(Action<int, int, int> use)
    {
        var count = new int[MaxLength + 1];
        foreach (var l in Lengths) count[l]++;
        count[0] = 0;
        var next = new int[MaxLength + 1];
        for (var l = 1; l <= MaxLength; l++) next[l] = next[l - 1] + count[l - 1] << 1;
        for (var symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int length = Lengths[symbol];
            if (length > 0) use(symbol, length, Reverse(next[length]++, length));
        }
    }

    private static int Reverse(int word, int length)
    {
        var result = 0;
        for (var i = 0; i < length; i++) result |= (word >> i & 1) << length - 1 - i;
        return result;
    }

    // Package-merge (Larmore and Hirschberg 1990): the lengths of the best code whose words have at most `limit` bits. Each level
    // keeps, for every package, whether it is a leaf; the lengths follow by counting leaves back from the top.
    private static byte[] LimitedLengths(long[] counts, int limit)
    {
        var n = counts.Length;
        var order = Enumerable.Range(0, n).OrderBy(i => counts[i]).ThenBy(i => i).ToArray();
        var levels = new List<bool[]>();
        var previous = Array.Empty<long>();
        for (var level = 0; level < limit; level++)
        {
            var merged = new long[n + previous.Length / 2];
            var isLeaf = new bool[merged.Length];
            int leaf = 0, pair = 0;
            for (var i = 0; i < merged.Length; i++)
            {
                var hasPair = 2 * pair + 1 < previous.Length;
                var weight = hasPair ? previous[2 * pair] + previous[2 * pair + 1] : long.MaxValue;
                isLeaf[i] = leaf < n && (!hasPair || counts[order[leaf]] <= weight);
                merged[i] = isLeaf[i] ? counts[order[leaf++]] : weight;
                if (!isLeaf[i]) pair++;
            }
            levels.Add(isLeaf);
            previous = merged;
        }
        var lengths = new byte[n];
        var take = 2 * n - 2;
        for (var level = limit - 1; level >= 0; level--)
        {
            var leaves = levels[level].AsSpan(0, take).Count(true);
            for (var i = 0; i < leaves; i++) lengths[order[i]]++;
            take = 2 * (take - leaves);
        }
        return lengths;
    }
}
