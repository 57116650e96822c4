using Pare.Data.Landmarks;
using Xunit;

namespace Pare.Tests.Data.Landmarks;

public sealed class PointSchemeTests
{
    [Theory]
    [InlineData(5, 1)]
    [InlineData(68, 10)]
    [InlineData(98, 10)]
    public void Mirroring_twice_changes_nothing_and_swaps_eyes_and_mouth_corners(int count, int fixedPoints)
    {
        var scheme = PointScheme.Of(count);

        Assert.Equal(count, scheme.Mirror.Length);
        Assert.All(Enumerable.Range(0, count), i => Assert.Equal(i, scheme.Mirror[scheme.Mirror[i]]));
        Assert.Equal(scheme.RightEye.Order(), scheme.LeftEye.Select(i => scheme.Mirror[i]).Order());
        Assert.Equal(scheme.MouthCorners.Right, scheme.Mirror[scheme.MouthCorners.Left]);
        Assert.Equal(scheme.Nose, scheme.Mirror[scheme.Nose]);
        Assert.Equal(fixedPoints, Enumerable.Range(0, count).Count(i => scheme.Mirror[i] == i));
    }

    [Theory]
    [InlineData(68, 0, 16)]
    [InlineData(68, 19, 24)]
    [InlineData(68, 36, 45)]
    [InlineData(68, 41, 46)]
    [InlineData(68, 49, 53)]
    [InlineData(68, 59, 55)]
    [InlineData(68, 60, 64)]
    [InlineData(68, 67, 65)]
    [InlineData(98, 33, 46)]
    [InlineData(98, 38, 50)]
    [InlineData(98, 60, 72)]
    [InlineData(98, 67, 73)]
    [InlineData(98, 87, 83)]
    [InlineData(98, 95, 93)]
    public void Mirrors_as_the_published_schemes_do(int count, int point, int other) => Assert.Equal(other, PointScheme.Of(count).Mirror[point]);

    [Fact]
    public void Makes_five_points_of_68()
    {
        var points = new float[136];
        for (var i = 36; i < 48; i++) (points[2 * i], points[(2 * i) + 1]) = (i, i < 42 ? 10 : 20);
        (points[60], points[61], points[96], points[97], points[108], points[109]) = (1, 2, 3, 4, 5, 6);

        Assert.Equal([38.5f, 10, 44.5f, 20, 1, 2, 3, 4, 5, 6], PointScheme.Ibug.ToFive(points));
        Assert.Equal(MathF.Sqrt(136), PointScheme.Ibug.EyeDistance(points));
    }

    [Fact]
    public void Makes_five_points_of_98_with_the_pupils_as_eyes()
    {
        var points = Enumerable.Range(0, 196).Select(i => (float)i).ToArray();

        Assert.Equal([192, 193, 194, 195, 108, 109, 152, 153, 164, 165], PointScheme.Wflw.ToFive(points));
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7, 8, 9], PointScheme.Five.ToFive(points.AsSpan(0, 10)));
    }

    [Fact]
    public void A_flip_keeps_left_on_the_left()
    {
        var flipped = PointScheme.Five.Flip(LandmarkFakes.Five(), 40);

        Assert.Equal([20, 10.5f, 30, 10, 25, 15, 21, 20, 29, 20], flipped);
        Assert.Equal(LandmarkFakes.Five(), PointScheme.Five.Flip(flipped.AsSpan(), 40));
    }

    [Fact]
    public void Refuses_other_counts() => Assert.Equal("21 points make no known face; allowed are 5, 68 (iBUG) and 98 (WFLW)", Fakes.Rejection(() => PointScheme.Of(21)));
}
