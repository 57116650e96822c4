using System.Numerics;
using System.Runtime.InteropServices;
using Pare.Coding.Blocks;
using Pare.Coding.Container;

namespace Pare.Coding;

/// <summary>What a tensor takes in a packed file, in the columns of Deep Compression (Han et al. 2016, tables 2 to 5).</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Count">Elements.</param>
/// <param name="Kept">Elements that differ from the most frequent value, which is zero in a pruned tensor.</param>
/// <param name="Coding">modelled, blocks or stored.</param>
/// <param name="PackedBytes">Bytes in the packed file; a fraction where tensors share a stream.</param>
/// <param name="WeightBits">Bits of a kept element's value in a code of fixed length.</param>
/// <param name="WeightBitsCoded">Bits that its value takes on average.</param>
/// <param name="IndexBits">Bits of its position as gaps of fixed width, fillers included; 0 where nothing is left out.</param>
/// <param name="IndexBitsCoded">Bits that its position takes on average.</param>
public sealed record PackedTensor(
    string Name, long Count, long Kept, string Coding, double PackedBytes, double WeightBits, double WeightBitsCoded, double IndexBits, double IndexBitsCoded);

/// <summary>What each part of a packed file takes.</summary>
/// <param name="Tensors">The tensors that are coded on their own, in the file's order.</param>
/// <param name="TextBytes">Bytes of the graph: names, operators, attributes, metadata and tensors of less than 24 bytes.</param>
/// <param name="HeaderBytes">Bytes of the header with its checksum.</param>
public sealed record PackedDescription(IReadOnlyList<PackedTensor> Tensors, int TextBytes, int HeaderBytes)
{
    internal static PackedDescription Of(PackedSource source)
    {
        var tensors = new PackedTensor?[source.Runs.Count];
        foreach (var i in source.ReadingOrder())
        {
            var (bytes, cost) = source.RunWithCost(i);
            tensors[i] = Of(source.Runs[i], bytes.Span, cost);
        }
        return new([.. tensors.OfType<PackedTensor>()], source.TextBytes, source.HeaderBytes);
    }

    private static PackedTensor Of(Payload run, ReadOnlySpan<byte> bytes, RunCost cost) => run.Width switch
    {
        1 => Of<byte>(run, bytes, cost),
        2 => Of<ushort>(run, bytes, cost),
        4 => Of<uint>(run, bytes, cost),
        _ => Of<ulong>(run, bytes, cost),
    };

    private static PackedTensor Of<T>(Payload run, ReadOnlySpan<byte> bytes, RunCost cost) where T : unmanaged, IBinaryInteger<T>
    {
        var data = MemoryMarshal.Cast<byte, T>(bytes);
        var palette = Palette<T>.Of(data);
        var zero = palette.Overflowed || palette.Values.Count == 0 ? T.Zero : palette.MostFrequent();
        var kept = data.Length - data.Count(zero);
        var (gapBits, _, gapCost, entries) = GapHistogram.Of(data, zero).Cheapest();
        var positions = cost.PositionBits ?? (cost.Format is { IsSparse: true } ? gapCost : 0);
        var perKept = Math.Max(1, kept);
        return new(
            run.Name, run.Count, kept, cost.Coding, cost.Bits / 8,
            WeightBits: palette.Overflowed ? 8 * run.Width : Math.Ceiling(Math.Log2(Math.Max(1, palette.Values.Count - 1))),
            WeightBitsCoded: (cost.Bits - positions) / perKept,
            IndexBits: positions > 0 ? (double)gapBits * entries / perKept : 0,
            IndexBitsCoded: positions / perKept);
    }
}
