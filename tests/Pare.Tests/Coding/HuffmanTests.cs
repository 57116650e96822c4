using CsCheck;
using Pare.Coding;
using Pare.Coding.Blocks;
using Xunit;

namespace Pare.Tests.Coding;

public class HuffmanTests
{
    [Fact]
    public void Code_lengths_match_a_hand_worked_example() =>
        // 5 and 6 join to 11, 11 and 11 to 22, 15 and 22 to 37: lengths 1, 2, 3, 3.
        Assert.Equal([1, 2, 3, 3], HuffmanCode.Of([15, 11, 6, 5]).Lengths);

    [Fact]
    public void Words_are_canonical_and_stand_first_bit_lowest() =>
        // 0, 10, 110, 111 read from the left.
        Assert.Equal([0b0, 0b01, 0b011, 0b111], HuffmanCode.Of([15, 11, 6, 5]).Words());

    [Fact]
    public void A_single_symbol_needs_no_bits()
    {
        var output = new ByteWriter();
        var code = HuffmanCode.Of([0, 0, 7]);
        HuffmanStreams.Encode(code, [2, 2, 2], output);
        Assert.Equal(0, output.Count);
        var symbols = new ushort[3];
        var input = new ByteReader(output.Written);
        HuffmanStreams.Decode(code.Table(), ref input, symbols);
        Assert.Equal([2, 2, 2], symbols);
    }

    [Fact]
    public void Words_never_pass_the_limit()
    {
        // Fibonacci counts make the deepest trees.
        var counts = new int[40];
        (counts[0], counts[1]) = (1, 1);
        for (var i = 2; i < counts.Length; i++) counts[i] = counts[i - 1] + counts[i - 2];
        var lengths = HuffmanCode.Of(counts).Lengths;
        Assert.Equal(12, lengths.Max());
        Assert.Equal(1.0, lengths.Sum(l => Math.Pow(2, -l)), 12);
    }

    [Fact]
    public void Any_symbols_come_back() => Gen.Select(Gen.Int[1, 3000], Gen.Int[0, 5000], Gen.Int[0, 1000]).Sample((alphabet, count, seed) =>
    {
        var random = new Random(seed);
        var symbols = new ushort[count];
        for (var i = 0; i < count; i++) symbols[i] = (ushort)(alphabet * Math.Pow(random.NextDouble(), 3));
        var histogram = new int[alphabet];
        foreach (var s in symbols) histogram[s]++;
        var code = HuffmanCode.Of(histogram);
        var output = new ByteWriter();
        CodeLengths.Write(code, output);
        HuffmanStreams.Encode(code, symbols, output);
        var input = new ByteReader(output.Written);
        var read = CodeLengths.Read(ref input);
        Assert.Equal(code.Lengths, read.Lengths);
        var back = new ushort[count];
        HuffmanStreams.Decode(read.Table(), ref input, back);
        input.End("the streams");
        Assert.Equal(symbols, back);
    }, iter: 200);

    [Fact]
    public void Gaps_are_counted_with_fillers()
    {
        // Gaps 0, 3, 8 before three values; two bits hold gaps 0 to 2, symbol 3 stands for three zeros.
        byte[] data = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        Assert.Equal([2, 0, 1, 3], GapHistogram.Of<byte>(data, 0).Symbols(2));
    }
}
