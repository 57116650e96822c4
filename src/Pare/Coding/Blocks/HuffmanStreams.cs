namespace Pare.Coding.Blocks;

/// <summary>A run of symbols as four Huffman streams, a quarter of the run each, which are decoded side by side.</summary>
internal static class HuffmanStreams
{
    /// <summary>Appends the four lengths and the four streams.</summary>
    public static void Encode(HuffmanCode code, ReadOnlySpan<ushort> symbols, ByteWriter output)
    {
        if (code.Longest == 0) return;
        var words = code.Words();
        var quarter = (symbols.Length + 3) / 4;
        var streams = new byte[4][];
        for (var s = 0; s < 4; s++)
        {
            var writer = new BitWriter();
            foreach (var symbol in Part(symbols, quarter, s)) writer.Write(words[symbol], code.Lengths[symbol]);
            streams[s] = writer.Finish().ToArray();
        }
        foreach (var stream in streams) output.Varint((ulong)stream.Length);
        foreach (var stream in streams) output.Bytes(stream);
    }

    /// <summary>Reads as many symbols as there is room for.</summary>
    public static void Decode(uint[] table, ref ByteReader input, Span<ushort> symbols)
    {
        if (table.Length == 1)
        {
            symbols.Fill((ushort)(table[0] >> 16));
            return;
        }
        var quarter = (symbols.Length + 3) / 4;
        int a = input.Length(), b = input.Length(), c = input.Length(), d = input.Length();
        var r0 = new BitReader(input.Take(a));
        var r1 = new BitReader(input.Take(b));
        var r2 = new BitReader(input.Take(c));
        var r3 = new BitReader(input.Take(d));
        Span<ushort> p0 = Part(symbols, quarter, 0), p1 = Part(symbols, quarter, 1), p2 = Part(symbols, quarter, 2), p3 = Part(symbols, quarter, 3);
        var mask = (uint)table.Length - 1;
        var together = p3.Length;
        var i = 0;
        // 56 bits hold three words of at most 16 bits.
        for (; i + 3 <= together; i += 3)
        {
            r0.Fill();
            r1.Fill();
            r2.Fill();
            r3.Fill();
            for (var k = i; k < i + 3; k++)
            {
                p0[k] = Next(table, mask, ref r0);
                p1[k] = Next(table, mask, ref r1);
                p2[k] = Next(table, mask, ref r2);
                p3[k] = Next(table, mask, ref r3);
            }
        }
        Rest(table, mask, ref r0, p0[i..]);
        Rest(table, mask, ref r1, p1[i..]);
        Rest(table, mask, ref r2, p2[i..]);
        Rest(table, mask, ref r3, p3[i..]);
        if (!(r0.IsExact && r1.IsExact && r2.IsExact && r3.IsExact))
            throw new BadInputException("packed file: a Huffman stream does not end where its symbols end");
    }

    private static void Rest(uint[] table, uint mask, ref BitReader reader, Span<ushort> symbols)
    {
        for (var k = 0; k < symbols.Length; k++)
        {
            reader.Fill();
            symbols[k] = Next(table, mask, ref reader);
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private static ushort Next(uint[] table, uint mask, ref BitReader reader)
    {
        var entry = table[(uint)reader.Ready & mask];
        reader.Skip((int)(entry & 0xffff));
        return (ushort)(entry >> 16);
    }

    private static Span<ushort> Part(Span<ushort> symbols, int quarter, int part) =>
        symbols[Math.Min(part * quarter, symbols.Length)..Math.Min((part + 1) * quarter, symbols.Length)];

    private static ReadOnlySpan<ushort> Part(ReadOnlySpan<ushort> symbols, int quarter, int part) =>
        symbols[Math.Min(part * quarter, symbols.Length)..Math.Min((part + 1) * quarter, symbols.Length)];
}
