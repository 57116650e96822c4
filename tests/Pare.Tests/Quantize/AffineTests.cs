using Pare.Onnx;
using Pare.Quantize;
using Pare.Tests.Onnx;
using Xunit;

namespace Pare.Tests.Quantize;

public class AffineTests
{
    [Fact]
    public void The_worked_example_is_exact()
    {
        var map = Affine.FromRange(-3, 6, CodeRange.UInt8);
        // No float32 scale has both ends exact; they are within its rounding.
        Assert.Equal(-3f, map.Decode(0), 1e-6f);
        Assert.Equal(0f, map.Decode(85));
        Assert.Equal(6f, map.Decode(255), 1e-6f);
        Assert.Equal(1.517647f, map.Decode(128), 1e-6f);
        Assert.Equal(0, map.Encode(-3));
        Assert.Equal(255, map.Encode(6));
        Assert.Equal(128, map.Encode(1.517647f));
    }

    [Theory]
    [InlineData(5f)]
    [InlineData(-0.3f)]
    [InlineData(0f)]
    [InlineData(3e38f)]
    [InlineData(1e-44f)]
    public void A_range_of_one_value_survives(float value)
    {
        foreach (var codes in new[] { CodeRange.UInt8, CodeRange.Int8, CodeRange.Int4 })
        {
            var map = Affine.FromRange(value, value, codes);
            Assert.Equal(value, map.Round(value));
            Assert.InRange(map.ZeroPoint, codes.Min, codes.Max);
        }
    }

    [Theory]
    [InlineData(-3e38f, 3e38f)]
    [InlineData(-1e-44f, 1e-44f)]
    [InlineData(0f, 1e-44f)]
    [InlineData(2f, 6f)]
    [InlineData(-6f, -2f)]
    [InlineData(-1e-3f, 5e5f)]
    public void Ends_come_back_and_zero_is_exact(float min, float max)
    {
        foreach (var codes in new[] { CodeRange.UInt8, CodeRange.Int8 })
        {
            var map = Affine.FromRange(min, max, codes);
            Assert.Equal(0, map.Round(0));
            // Half a step, and the rounding of the zero point.
            Assert.InRange(map.Round(max), max - map.Scale, max + map.Scale);
            Assert.InRange(map.Round(min), min - map.Scale, min + map.Scale);
        }
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(0f, float.PositiveInfinity)]
    [InlineData(1f, 0f)]
    public void What_is_no_range_is_refused(float min, float max) => Assert.Throws<BadInputException>(() => Affine.FromRange(min, max, CodeRange.UInt8));

    [Fact]
    public void Halves_go_to_the_even_code_and_the_rest_saturates()
    {
        var map = new Affine(2, 128, CodeRange.UInt8);
        Assert.Equal([128, 130, 130, 0, 255], new[] { 1f, 3f, 5f, -1000f, 1000f }.Select(map.Encode));
        Assert.Equal(128, map.Encode(float.NaN));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-44f)]
    [InlineData(0.7f)]
    [InlineData(3.4e38f)]
    public void Symmetric_maps_have_zero_at_zero(float magnitude)
    {
        var map = Affine.Symmetric(magnitude, CodeRange.Int8Symmetric);
        Assert.Equal(0, map.ZeroPoint);
        Assert.InRange(map.Round(magnitude), magnitude - map.Scale, magnitude + map.Scale);
        Assert.InRange(map.Encode(-magnitude), -127, 0);
    }

    [Theory]
    [InlineData("test_quantizelinear")]
    public void The_standards_own_vector_is_met(string test)
    {
        var model = Vectors.Nodes().First(v => v.Test == test).Path;
        var inputs = Vectors.Data(model, "input");
        var map = new Affine(inputs[1]!.Floats[0], inputs[2]!.Data.Span[0], CodeRange.UInt8);
        Assert.Equal(Vectors.Data(model, "output")[0]!.Data.ToArray(), inputs[0]!.Floats.ToArray().Select(v => (byte)map.Encode(v)));
    }

    [Theory]
    [InlineData(2, -2, 1)]
    [InlineData(3, -4, 3)]
    [InlineData(4, -8, 7)]
    [InlineData(7, -64, 63)]
    public void Codes_of_few_bits_are_bytes_in_a_range_of_their_own(int bits, int min, int max)
    {
        Assert.Equal(new CodeRange(ElementType.Int8, min, max), CodeRange.Bytes(bits));
        Assert.Equal(CodeRange.Bytes(bits), CodeRange.Holding(ElementType.Int8, min, 0));
        Assert.Equal(CodeRange.Bytes(bits), CodeRange.Holding(ElementType.Int8, 0, max));
    }

    [Fact]
    public void A_range_is_known_by_the_codes_in_it()
    {
        Assert.Equal(CodeRange.Int8Reduced, CodeRange.Holding(ElementType.Int8, -64, 64));
        Assert.Equal(CodeRange.Int8Symmetric, CodeRange.Holding(ElementType.Int8, -127, 65));
        Assert.Equal(CodeRange.Int8, CodeRange.Holding(ElementType.Int8, -128, 1));
        Assert.Equal(CodeRange.UInt8, CodeRange.Holding(ElementType.UInt8, 0, 3));
        Assert.Equal(CodeRange.Int4, CodeRange.Holding(ElementType.Int4, 0, 0));
        Assert.Equal((int.MinValue, int.MaxValue), (CodeRange.Holding(ElementType.Int32, 0, 0).Min, CodeRange.Holding(ElementType.Int32, 0, 0).Max));
    }

    [Fact]
    public void The_scale_of_least_error_beats_that_of_the_largest_weight_and_keeps_zero()
    {
        float[] weights = [.. Enumerable.Range(-50, 101).Select(i => 0.01f * i), 1];
        double Error(Affine map) => weights.Sum(w => Math.Pow(w - map.Round(w), 2));
        var best = Affine.LeastError(weights, CodeRange.Bytes(2));
        Assert.True(Error(best) < 0.7 * Error(Affine.Symmetric(1, CodeRange.Bytes(2))), $"{Error(best)}");
        Assert.Equal((0, 0f), (best.ZeroPoint, best.Round(0)));
        Assert.Equal(1, Affine.LeastError([0f, 0], CodeRange.Bytes(2)).Scale);
    }
}
