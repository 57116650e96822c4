using System.Numerics;

namespace Pare.Coding.Blocks;

/// <summary>How often each number of zeros stands before a value, block by block.</summary>
internal sealed class GapHistogram
{
    private readonly int[] _gaps = new int[1 << 16];
    private readonly List<int> _long = [];
    private long _values;

    public static GapHistogram Of<T>(ReadOnlySpan<T> data, T zero) where T : unmanaged, IBinaryInteger<T>
    {
        var histogram = new GapHistogram();
        for (var start = 0; start < data.Length; start += BlockFormat.Size)
        {
            var block = data.Slice(start, Math.Min(BlockFormat.Size, data.Length - start));
            while (true)
            {
                var gap = block.IndexOfAnyExcept(zero);
                if (gap < 0) break;
                histogram._values++;
                if (gap < histogram._gaps.Length) histogram._gaps[gap]++;
                else histogram._long.Add(gap);
                block = block[(gap + 1)..];
            }
        }
        return histogram;
    }

    /// <summary>The gap width, 2 to 16 bits, with which the Huffman-coded gaps and fillers take the fewest bits; and how many gaps and fillers there are.</summary>
    public (int GapBits, HuffmanCode Code, double Bits, long Entries) Cheapest()
    {
        (int, HuffmanCode, double Bits, long) best = default;
        for (var bits = 2; bits <= 16; bits++)
        {
            var symbols = Symbols(bits);
            var code = HuffmanCode.Of(symbols);
            var cost = code.Bits(symbols) + 6.0 * code.Lengths.Count(l => l > 0);
            if (bits == 2 || cost < best.Bits) best = (bits, code, cost, _values + symbols[^1]);
        }
        return best;
    }

    /// <summary>How often each gap symbol occurs, the filler last.</summary>
    public int[] Symbols(int bits)
    {
        var filler = (1 << bits) - 1;
        var symbols = new int[filler + 1];
        for (var gap = 0; gap < _gaps.Length; gap++) Add(gap, _gaps[gap]);
        foreach (var gap in _long) Add(gap, 1);
        return symbols;

        void Add(int gap, int count)
        {
            if (count == 0) return;
            symbols[gap % filler] += count;
            symbols[filler] += gap / filler * count;
        }
    }
}
