namespace Pare.Coding.Blocks;

/// <summary>A Huffman code in a file: the number of symbols, then 5 bits a length, runs of unused symbols as Elias gamma numbers.</summary>
internal static class CodeLengths
{
    public static void Write(HuffmanCode code, ByteWriter output)
    {
        var lengths = code.Lengths;
        var bits = new BitWriter();
        for (var s = 0; s < lengths.Length; s++)
        {
            bits.Write(lengths[s], 5);
            if (lengths[s] > 0) continue;
            var run = 1;
            while (s + 1 < lengths.Length && lengths[s + 1] == 0)
            {
                s++;
                run++;
            }
            var log = System.Numerics.BitOperations.Log2((uint)run);
            bits.Write(0, log);
            bits.Write(1, 1);
            bits.Write((uint)run & (1u << log) - 1, log);
        }
        var written = bits.Finish();
        output.Varint((ulong)lengths.Length);
        output.Varint((ulong)written.Length);
        output.Bytes(written);
    }

    public static HuffmanCode Read(ref ByteReader input)
    {
        var lengths = new byte[input.Number("the size of an alphabet", 1 << 16)];
        var bits = new BitReader(input.Take(input.Length()));
        for (var s = 0; s < lengths.Length; s++)
        {
            lengths[s] = (byte)bits.Read(5);
            if (lengths[s] > 0) continue;
            var log = 0;
            while (bits.Read(1) == 0)
                if (++log > 16) throw new BadInputException("packed file: a run of unused symbols is longer than its alphabet");
            s += (int)(bits.Read(log) | 1u << log) - 1;
            if (s >= lengths.Length) throw new BadInputException("packed file: a run of unused symbols is longer than its alphabet");
        }
        if (!bits.IsExact) throw new BadInputException("packed file: the lengths of a Huffman code do not end where its alphabet ends");
        return HuffmanCode.OfLengths(lengths);
    }
}
