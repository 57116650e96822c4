using System.Numerics;
using System.Runtime.InteropServices;
using Pare.Coding.Container;

namespace Pare.Coding.Blocks;

/// <summary>
/// Codes a large tensor in blocks that can be decoded independently: gaps between values and values, each Huffman-coded. The cheapest
/// of the formats is found from histograms, before anything is coded.
/// </summary>
internal static class BlockEncoder
{
    /// <summary>The coded tensor, or null where storing it is as good.</summary>
    public static byte[]? Encode(ReadOnlyMemory<byte> data, Payload payload) => payload.Width switch
    {
        1 => Encode<byte>(data, payload),
        2 => Encode<ushort>(data, payload),
        4 => Encode<uint>(data, payload),
        _ => Encode<ulong>(data, payload),
    };

    private static byte[]? Encode<T>(ReadOnlyMemory<byte> bytes, Payload payload) where T : unmanaged, IBinaryInteger<T>
    {
        var data = MemoryMarshal.Cast<byte, T>(bytes.Span);
        var palette = Palette<T>.Of(data);
        var zero = palette.Overflowed ? T.Zero : palette.MostFrequent();
        var runs = GapHistogram.Of(data, zero);
        var planes = PlaneCodes<T>.Of(data, zero, payload.IsFloat, sparse: false);
        var setPlanes = PlaneCodes<T>.Of(data, zero, payload.IsFloat, sparse: true);
        var sparse = runs.Cheapest();
        var dense = palette.Overflowed ? null : Ranks(palette, zero, withZero: true);
        var set = palette.Overflowed ? null : Ranks(palette, zero, withZero: false);
        (BlockFormat Format, double Bits)[] choices =
        [
            (new(0, false), planes.Bits),
            (new(sparse.GapBits, false), sparse.Bits + setPlanes.Bits),
            (new(0, true), dense?.Bits ?? double.MaxValue),
            (new(sparse.GapBits, true), sparse.Bits + set?.Bits ?? double.MaxValue),
        ];
        var (format, bits) = choices.MinBy(c => c.Bits);
        if (bits >= 8.0 * bytes.Length) return null;
        var output = new ByteWriter();
        output.Byte(format.ToByte());
        if (format.IsSparse)
        {
            output.Number(ulong.CreateTruncating(zero), payload.Width);
            CodeLengths.Write(sparse.Code, output);
        }
        var values = format.HasPalette ? (IValueCoding<T>)(format.IsSparse ? set! : dense!) : format.IsSparse ? setPlanes : planes;
        values.WriteHeader(output);
        var blocks = new byte[BlockFormat.Blocks(data.Length)][];
        Parallel.For(0, blocks.Length, b => blocks[b] = Block(bytes, b, format, zero, sparse.Code, values));
        foreach (var block in blocks) output.Varint((ulong)block.Length);
        return output.Count + blocks.Sum(b => (long)b.Length) < bytes.Length ? ByteWriter.Join([output.Written.ToArray(), .. blocks.Select(b => (ReadOnlyMemory<byte>)b)]) : null;
    }

    private static byte[] Block<T>(ReadOnlyMemory<byte> bytes, int index, BlockFormat format, T zero, HuffmanCode gapCode, IValueCoding<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        var data = MemoryMarshal.Cast<byte, T>(bytes.Span);
        var start = index * BlockFormat.Size;
        data = data.Slice(start, Math.Min(BlockFormat.Size, data.Length - start));
        var output = new ByteWriter();
        if (!format.IsSparse)
        {
            values.Encode(data, output);
            return output.Written.ToArray();
        }
        var gaps = new List<ushort>();
        var kept = new List<T>();
        for (var at = 0; ;)
        {
            var gap = data[at..].IndexOfAnyExcept(zero);
            if (gap < 0) break;
            at += gap;
            for (; gap >= format.Filler; gap -= format.Filler) gaps.Add((ushort)format.Filler);
            gaps.Add((ushort)gap);
            kept.Add(data[at++]);
        }
        output.Varint((ulong)kept.Count);
        output.Varint((ulong)(gaps.Count - kept.Count));
        HuffmanStreams.Encode(gapCode, CollectionsMarshal.AsSpan(gaps), output);
        values.Encode(CollectionsMarshal.AsSpan(kept), output);
        return output.Written.ToArray();
    }

    private static RankCodes<T> Ranks<T>(Palette<T> palette, T zero, bool withZero) where T : unmanaged, IBinaryInteger<T> =>
        new(palette.Values.Zip(palette.Counts).Where(p => withZero || p.First != zero).OrderBy(p => p.First).ToArray());
}
