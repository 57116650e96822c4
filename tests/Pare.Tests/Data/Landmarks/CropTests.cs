using Pare.Data;
using Pare.Data.Landmarks;
using Xunit;

namespace Pare.Tests.Data.Landmarks;

public sealed class CropTests
{
    [Theory]
    [InlineData(0f, false)]
    [InlineData(0.4f, false)]
    [InlineData(-1.1f, true)]
    public void A_point_comes_back_from_the_crop_to_where_it_was(float turn, bool mirrored)
    {
        var crop = new Crop(30, 20, 12, turn, mirrored);
        var (x, y) = crop.Into(25, 27);
        var (backX, backY) = crop.Back(x, y);
        Assert.Equal(25, backX, 1e-4f);
        Assert.Equal(27, backY, 1e-4f);
    }

    [Fact]
    public void The_square_runs_from_minus_one_to_one_and_a_mirror_swaps_left_and_right()
    {
        Assert.Equal((-1f, -1f), new Crop(30, 20, 12).Into(18, 8));
        Assert.Equal((1f, 1f), new Crop(30, 20, 12).Into(42, 32));
        Assert.Equal((1f, -1f), new Crop(30, 20, 12, 0, Mirrored: true).Into(18, 8));
    }

    // A quarter turn clockwise: what is above the centre in the picture lies to the left in the turned square.
    [Fact]
    public void A_turned_square_sees_the_picture_turned_the_other_way()
    {
        var (x, y) = new Crop(0, 0, 10, MathF.PI / 2).Into(0, -10);
        Assert.Equal(-1, x, 1e-5f);
        Assert.Equal(0, y, 1e-5f);
    }

    [Fact]
    public void The_second_level_looks_about_the_nose_as_far_as_twice_the_way_to_the_left_eye()
    {
        float[] face = [40, 40, 60, 40, 43, 44, 42, 60, 58, 60];
        Assert.Equal(new Crop(43, 44, 10), CropRule.AroundNose.Of(new(100, 80), PointScheme.Five, face));
        Assert.Equal(new Crop(50, 40, 50), CropRule.Whole.Of(new(100, 80), PointScheme.Five, []));
    }

    // The mean of the points is (48.6, 49.6); the unit is the root mean square distance from it.
    [Fact]
    public void A_crop_about_the_face_does_not_hang_on_one_eye()
    {
        float[] face = [40, 40, 60, 40, 43, 44, 42, 60, 58, 64];
        var crop = new CropRule(CropKind.Face, 2).Of(new(100, 80), PointScheme.Five, face);
        Assert.Equal((48.6f, 49.6f), (crop.X, crop.Y));
        Assert.Equal(2 * MathF.Sqrt(898.4f / 5), crop.Half, 1e-3f);
    }

    [Theory]
    [InlineData(50, 50, 50, 50)]
    [InlineData(-300, 10, -280, 10)]
    [InlineData(float.NaN, 10, 20, 20)]
    public void An_empty_crop_is_refused_in_one_line(float eyeX, float eyeY, float noseX, float noseY)
    {
        float[] face = [eyeX, eyeY, 60, 40, noseX, noseY, 42, 60, 58, 60];
        var message = Assert.Throws<BadInputException>(() => CropRule.AroundNose.Of(new(100, 80), PointScheme.Five, face)).Message;
        Assert.Contains("level 1 found no face in this picture of 100x80", message);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("nose*2")]
    [InlineData("nose*1.5")]
    [InlineData("face*2.7")]
    public void Rules_survive_their_text(string text) => Assert.Equal(text, CropRule.Parse(text).ToString());

    [Theory]
    [InlineData("nose*0")]
    [InlineData("nose*NaN")]
    [InlineData("mouth*2")]
    public void Other_rules_are_refused(string text) => Assert.Contains(text, Assert.Throws<BadInputException>(() => CropRule.Parse(text)).Message);

    [Fact]
    public void A_crop_of_the_pictures_own_size_is_the_picture()
    {
        var rgb = new byte[4 * 4 * 3];
        new Random(1).NextBytes(rgb);
        var values = new float[48];
        CropSampler.Cut(new Picture(4, 4, rgb), Crop.Whole(new(4, 4)), new(4, 4), ChannelOrder.Rgb, values);
        for (var i = 0; i < 16; i++)
            for (var c = 0; c < 3; c++) Assert.Equal(rgb[3 * i + c], values[16 * c + i], 1e-3f);
        CropSampler.Cut(new Picture(4, 4, rgb), Crop.Whole(new(4, 4)), new(4, 4), ChannelOrder.Bgr, values);
        Assert.Equal(rgb[2], values[0], 1e-3f);
    }

    // A fine chequered pattern has nothing but its mean at a coarse size.
    [Fact]
    public void A_picture_that_shrinks_does_not_alias()
    {
        var rgb = new byte[64 * 64 * 3];
        for (var i = 0; i < 64 * 64; i++) rgb.AsSpan(3 * i, 3).Fill((i + i / 64) % 2 == 0 ? (byte)255 : (byte)0);
        var values = new float[3 * 8 * 8];
        CropSampler.Cut(new Picture(64, 64, rgb), Crop.Whole(new(64, 64)), new(8, 8), ChannelOrder.Rgb, values);
        Assert.All(values, v => Assert.InRange(v, 110, 145));
    }

    [Fact]
    public void Beyond_the_border_its_pixels_go_on()
    {
        var values = new float[3 * 4 * 4];
        CropSampler.Cut(new Picture(2, 2, [10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30]), new Crop(-5, 9, 6), new(4, 4), ChannelOrder.Rgb, values);
        Assert.Equal([10f, 20f, 30f], [values[0], values[16], values[32]]);
    }
}
