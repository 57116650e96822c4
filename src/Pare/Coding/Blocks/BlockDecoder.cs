using System.Numerics;
using System.Runtime.InteropServices;
using Pare.Coding.Container;

namespace Pare.Coding.Blocks;

/// <summary>Decodes what <see cref="BlockEncoder"/> wrote, block by block, on several threads.</summary>
internal static class BlockDecoder
{
    /// <summary>The most bytes that <paramref name="coded"/> bytes can stand for: each block takes one at least.</summary>
    public static long MostBytes(int coded, int width) => (long)coded * BlockFormat.Size * width;

    /// <summary>Decodes into <paramref name="result"/>, which is all zeros.</summary>
    public static void Decode(ReadOnlyMemory<byte> coded, Payload payload, Memory<byte> result)
    {
        switch (payload.Width)
        {
            case 1: Decode<byte>(coded, payload, result); break;
            case 2: Decode<ushort>(coded, payload, result); break;
            case 4: Decode<uint>(coded, payload, result); break;
            default: Decode<ulong>(coded, payload, result); break;
        }
    }

    private static void Decode<T>(ReadOnlyMemory<byte> coded, Payload payload, Memory<byte> result) where T : unmanaged, IBinaryInteger<T>
    {
        var input = new ByteReader(coded.Span);
        var header = BlockHeader<T>.Read(ref input, payload);
        var blocks = BlockFormat.Blocks(payload.Count);
        var places = new (int Start, int Length)[blocks];
        if (blocks > input.Remaining) throw new BadInputException($"packed file: tensor '{payload.Name}' has {blocks} blocks, {input.Remaining} bytes are left for them");
        for (var b = 0; b < blocks; b++) places[b].Length = input.Length();
        for (var b = 0; b < blocks; b++)
        {
            places[b].Start = input.Position;
            input.Take(places[b].Length);
        }
        input.End("the blocks of a tensor");
        try
        {
            Parallel.For(0, blocks, b =>
            {
                var part = new ByteReader(coded.Span.Slice(places[b].Start, places[b].Length));
                var all = MemoryMarshal.Cast<byte, T>(result.Span);
                var start = b * BlockFormat.Size;
                header.Decode(ref part, all.Slice(start, Math.Min(BlockFormat.Size, all.Length - start)));
                part.End("a block");
            });
        }
        catch (AggregateException e) when (e.InnerException is BadInputException bad)
        {
            throw new BadInputException(bad.Message, e);
        }
    }
}

/// <summary>What all blocks of a tensor share.</summary>
internal sealed class BlockHeader<T> where T : unmanaged, IBinaryInteger<T>
{
    private readonly BlockFormat _format;
    private readonly T _zero;
    private readonly uint[] _gaps = [];
    private readonly T[] _palette = [];
    private readonly uint[] _ranks = [];
    private readonly uint[]?[] _planes = [];
    private readonly int _turn;

    private BlockHeader(ref ByteReader input, Payload payload)
    {
        _format = BlockFormat.Of(input.Byte());
        _turn = payload.IsFloat ? 8 * payload.Width - 1 : 0;
        if (_format.IsSparse)
        {
            _zero = T.CreateTruncating(input.Number(payload.Width));
            _gaps = Table(ref input, _format.Filler + 1);
        }
        if (_format.HasPalette)
        {
            _palette = new T[input.Number("the size of a palette", BlockFormat.MaxPalette)];
            for (var i = 0; i < _palette.Length; i++) _palette[i] = T.CreateTruncating(input.Number(payload.Width));
            _ranks = Table(ref input, _palette.Length);
            return;
        }
        _planes = new uint[]?[payload.Width];
        for (var p = 0; p < _planes.Length; p++)
            if (input.Number("a plane's coding", 1) == 1) _planes[p] = Table(ref input, 256);
    }

    public BlockFormat Format => _format;

    public int PaletteSize => _palette.Length;

    public static BlockHeader<T> Read(ref ByteReader input, Payload payload) => new(ref input, payload);

    /// <summary>Decodes one block into its all-zero elements.</summary>
    public void Decode(ref ByteReader input, Span<T> elements)
    {
        if (!_format.IsSparse)
        {
            Values(ref input, elements);
            return;
        }
        var count = input.Number("the number of values in a block", elements.Length);
        var fillers = input.Number("the number of fillers in a block", elements.Length / _format.Filler);
        if (_format.HasPalette && _palette.Length == 0 && count > 0) throw new BadInputException("packed file: a palette is empty");
        var gaps = new ushort[count + fillers];
        HuffmanStreams.Decode(_gaps, ref input, gaps);
        if (_zero != T.Zero) elements.Fill(_zero);
        if (_format.HasPalette)
        {
            var ranks = new ushort[count];
            HuffmanStreams.Decode(_ranks, ref input, ranks);
            Scatter(gaps, ranks, _palette, elements);
        }
        else
        {
            var values = new T[count];
            Values(ref input, values);
            Scatter(gaps, values, elements);
        }
    }

    private void Values(ref ByteReader input, Span<T> values)
    {
        var symbols = new ushort[values.Length];
        if (_format.HasPalette)
        {
            if (_palette.Length == 0 && values.Length > 0) throw new BadInputException("packed file: a palette is empty");
            HuffmanStreams.Decode(_ranks, ref input, symbols);
            for (var i = 0; i < values.Length; i++) values[i] = _palette[symbols[i]];
            return;
        }
        for (var p = 0; p < _planes.Length; p++)
        {
            if (_planes[p] is { } table)
            {
                HuffmanStreams.Decode(table, ref input, symbols);
                for (var i = 0; i < values.Length; i++) values[i] |= T.CreateTruncating((ulong)symbols[i] << 8 * p);
            }
            else
            {
                var plane = input.Take(values.Length);
                for (var i = 0; i < values.Length; i++) values[i] |= T.CreateTruncating((ulong)plane[i] << 8 * p);
            }
        }
        if (_turn == 0) return;
        for (var i = 0; i < values.Length; i++) values[i] = T.RotateLeft(values[i], _turn);
    }

    private void Scatter(ReadOnlySpan<ushort> gaps, ReadOnlySpan<ushort> ranks, ReadOnlySpan<T> palette, Span<T> elements)
    {
        var filler = _format.Filler;
        int at = 0, next = 0;
        foreach (var gap in gaps)
        {
            at += gap;
            if (gap == filler) continue;
            if ((uint)at >= (uint)elements.Length || (uint)next >= (uint)ranks.Length) throw Outside();
            elements[at++] = palette[ranks[next++]];
        }
        if (next != ranks.Length) throw Outside();
    }

    private void Scatter(ReadOnlySpan<ushort> gaps, ReadOnlySpan<T> values, Span<T> elements)
    {
        var filler = _format.Filler;
        int at = 0, next = 0;
        foreach (var gap in gaps)
        {
            at += gap;
            if (gap == filler) continue;
            if ((uint)at >= (uint)elements.Length || (uint)next >= (uint)values.Length) throw Outside();
            elements[at++] = values[next++];
        }
        if (next != values.Length) throw Outside();
    }

    private static BadInputException Outside() => new("packed file: the gaps of a block lead outside of it or do not fit its values");

    private static uint[] Table(ref ByteReader input, int alphabet)
    {
        var code = CodeLengths.Read(ref input);
        if (code.Lengths.Length > alphabet) throw new BadInputException($"packed file: a Huffman code has {code.Lengths.Length} symbols, {alphabet} are allowed");
        return code.Table();
    }
}
