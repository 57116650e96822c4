using CsCheck;
using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class ResamplingTests
{
    [Fact]
    public void One_colour_stays_that_colour_at_any_size() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Byte).Sample((w, h, newW, newH, value) =>
        {
            var resized = Resampling.Resize(new Picture(w, h, [.. Enumerable.Repeat(value, w * h * 3)]), new(newW, newH));
            // Fixed-point weights of one sample add up to 1 within a few units of 2^-14.
            return resized.Size == new PictureSize(newW, newH) && resized.Rgb.All(b => Math.Abs(b - value) <= 1);
        });

    [Fact]
    public void Halving_weighs_the_four_nearest_rows_one_three_three_one()
    {
        byte[] column = [.. new byte[] { 0, 80, 160, 240, 0, 0, 0, 0 }.SelectMany(v => new[] { v, v, v })];

        var halved = Resampling.Resize(new Picture(1, 8, column), new(1, 4));

        // Row 1: (80 + 3 · 160 + 3 · 240 + 0) / 8.
        Assert.Equal(160, halved.Rgb[3]);
    }

    [Fact]
    public void Doubling_interpolates_between_the_centres()
    {
        var doubled = Resampling.Resize(new Picture(2, 1, [0, 0, 0, 100, 100, 100]), new(4, 1));

        Assert.Equal([0, 25, 75, 100], doubled.Rgb.Chunk(3).Select(p => (int)p[0]));
    }

    [Theory]
    [InlineData("short:10", 40, 20, 20, 10)]
    [InlineData("short:10", 20, 45, 10, 22)]
    [InlineData("7x9", 40, 20, 7, 9)]
    public void Sizes_follow_the_rule(string rule, int width, int height, int newWidth, int newHeight) =>
        Assert.Equal(new PictureSize(newWidth, newHeight), PictureResize.Parse(rule).Of(new(width, height)));

    [Fact]
    public void Refuses_a_size_that_would_not_fit_into_memory()
    {
        var geometry = new PictureGeometry { Resize = PictureResize.ShortTo(60000) };

        Assert.Contains("resized to 60000x60000", Fakes.Rejection(() => PictureFitting.Resized(new Picture(1, 1, [1, 2, 3]), geometry)));
    }
}
