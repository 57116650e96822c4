using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class AugmentationTests
{
    private static readonly float[] Picture = [.. Enumerable.Range(0, 2 * 9 * 8).Select(i => (float)((i * 37 % 200) + 1))];

    [Fact]
    public void Off_changes_nothing()
    {
        for (ulong i = 0; i < 20; i++) Assert.Equal(Picture, Apply(new Augmentation(), i));
    }

    [Fact]
    public void A_warp_that_moves_nothing_changes_nothing()
    {
        // A shift too small for any float coordinate still goes the way of the warp.
        for (ulong i = 0; i < 20; i++) Assert.Equal(Picture, Apply(new Augmentation { Shift = 1e-12 }, i).Select(v => MathF.Round(v, 2)));
    }

    [Fact]
    public void Keeps_about_the_share_it_was_told()
    {
        var kept = Enumerable.Range(0, 2000).Count(i => Apply(Augmentation.Digits with { KeepShare = 0.6 }, (ulong)i).SequenceEqual(Picture));

        // Five deviations of a binomial count.
        Assert.InRange(kept, 1090, 1310);
    }

    [Fact]
    public void Flip_mirrors_about_half_of_the_pictures_and_leaves_the_rest()
    {
        var mirrored = Picture.Chunk(8).SelectMany(row => row.Reverse()).ToArray();
        var results = Enumerable.Range(0, 200).Select(i => Apply(new Augmentation { Flip = true }, (ulong)i)).ToList();

        Assert.All(results, r => Assert.True(r.SequenceEqual(Picture) || r.SequenceEqual(mirrored)));
        Assert.InRange(results.Count(r => r.SequenceEqual(mirrored)), 65, 135);
    }

    [Fact]
    public void Pad_and_crop_moves_whole_pixels_and_fills_with_0()
    {
        var seen = new HashSet<(int, int)>();
        for (ulong i = 0; i < 300; i++)
        {
            var moved = Apply(new Augmentation { PadCrop = 1 }, i);
            var (dx, dy) = (from y in new[] { -1, 0, 1 } from x in new[] { -1, 0, 1 } where moved.SequenceEqual(Moved(x, y)) select (x, y)).Single();
            seen.Add((dx, dy));
        }
        Assert.Equal(9, seen.Count);
    }

    [Fact]
    public void Moves_all_the_way_out_without_harm() => Assert.All(Enumerable.Range(0, 50), i => Assert.All(Apply(new Augmentation { PadCrop = 100 }, (ulong)i), v => Assert.InRange(v, 0, 201)));

    [Fact]
    public void The_warp_and_the_whole_pixel_move_agree_on_a_mirrored_picture()
    {
        for (ulong i = 0; i < 20; i++)
        {
            var moved = Apply(new Augmentation { Flip = true }, i);
            var warped = Apply(new Augmentation { Flip = true, Shift = 1e-12 }, i);
            Assert.Equal(moved, warped.Select(v => MathF.Round(v, 2)));
        }
    }

    [Fact]
    public void A_warped_picture_stays_within_its_range()
    {
        for (ulong i = 0; i < 100; i++) Assert.All(Apply(Augmentation.Digits with { KeepShare = 0, Elastic = 8 }, i), v => Assert.InRange(v, 0, 201));
    }

    [Theory]
    [InlineData("digits,rotate=15.5,keep=0.5", 15.5, 0.5)]
    [InlineData("none,rotate=3", 3, 0)]
    public void Reads_presets_with_settings(string text, double rotation, double keep)
    {
        var augmentation = Augmentation.Parse(text)!;

        Assert.Equal((rotation, keep), (augmentation.RotationDegrees, augmentation.KeepShare));
    }

    [Fact]
    public void Reads_presets()
    {
        Assert.Null(Augmentation.Parse("none"));
        Assert.Equal(Augmentation.Digits, Augmentation.Parse("mnist"));
        Assert.Equal(Augmentation.Photos, Augmentation.Parse("cifar"));
    }

    [Theory]
    [InlineData("strong", "is not none, digits or photos")]
    [InlineData("digits,rotate", "is not name=number")]
    [InlineData("digits,rotate=x", "is not name=number")]
    [InlineData("digits,rotate=NaN", "rotate=NaN is not from 0 to 180")]
    [InlineData("digits,keep=1.5", "keep=1.5 is not from 0 to 1")]
    [InlineData("digits,crop=1e9", "crop=1025 is not from 0 to 1024")]
    [InlineData("digits,max-scale=.5", "max-scale=0.5 is not from 0.9 to 10")]
    [InlineData("digits,blur=1", "augmentation has no 'blur'")]
    public void Names_what_it_cannot_read(string text, string message) => Assert.Contains(message, Fakes.Rejection(() => Augmentation.Parse(text)));

    private static float[] Apply(Augmentation augmentation, ulong seed)
    {
        var values = (float[])Picture.Clone();
        new Augmenter(augmentation, [2, 9, 8]).Apply(values, new RandomStream(seed));
        return values;
    }

    private static float[] Moved(int dx, int dy) => [.. Enumerable.Range(0, Picture.Length).Select(i =>
    {
        var (c, y, x) = (i / 72, (i / 8 % 9) - dy, (i % 8) - dx);
        return y is >= 0 and < 9 && x is >= 0 and < 8 ? Picture[(c * 72) + (y * 8) + x] : 0;
    })];
}
