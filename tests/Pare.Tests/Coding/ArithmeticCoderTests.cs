using CsCheck;
using Pare.Coding.Modelled;
using Xunit;

namespace Pare.Tests.Coding;

public class ArithmeticCoderTests
{
    [Fact]
    public void Bits_of_any_probability_come_back() =>
        Gen.Select(Gen.Int[0, 1], Gen.Int[1, 65535]).Array[0, 500].Sample(bits =>
        {
            var encoder = ArithmeticCoder.Encoder();
            foreach (var (bit, p) in bits) encoder.Bit(bit, p);
            var decoder = ArithmeticCoder.Decoder(encoder.Finish());
            foreach (var (bit, p) in bits) Assert.Equal(bit, decoder.Bit(0, p));
            decoder.End();
        });

    [Fact]
    public void Bytes_and_bits_mix()
    {
        var encoder = ArithmeticCoder.Encoder();
        for (var i = 0; i < 1000; i++)
        {
            encoder.Byte((byte)(i * 7));
            encoder.Bit(i & 1, 1 + i * 65);
        }
        var coded = encoder.Finish();
        var decoder = ArithmeticCoder.Decoder(coded);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal((byte)(i * 7), decoder.Byte(0));
            Assert.Equal(i & 1, decoder.Bit(0, 1 + i * 65));
        }
        decoder.End();
    }

    [Fact]
    public void A_likely_bit_costs_next_to_nothing()
    {
        var encoder = ArithmeticCoder.Encoder();
        for (var i = 0; i < 10_000; i++) encoder.Bit(1, 65535);
        Assert.InRange(encoder.Finish().Length, 0, 2);
    }

    [Fact]
    public void A_stream_that_ends_early_is_refused()
    {
        var decoder = ArithmeticCoder.Decoder(new byte[2]);
        Assert.Throws<BadInputException>(() => { for (var i = 0; i < 100; i++) decoder.Bit(0, 32768); });
    }

    [Fact]
    public void Log_odds_and_probabilities_invert_each_other()
    {
        for (var x = -1500; x <= 1500; x++) Assert.InRange(Logistic.Stretch(Logistic.Squash(x)), x - 3, x);
        Assert.Equal(32768, Logistic.Squash(0));
        Assert.Equal(65535, Logistic.Squash(int.MaxValue));
        Assert.Equal(1, Logistic.Squash(int.MinValue));
    }
}
