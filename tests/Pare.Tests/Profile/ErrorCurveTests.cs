using Pare.Profile;
using Xunit;

namespace Pare.Tests.Profile;

public sealed class ErrorCurveTests
{
    private static readonly ErrorCurve Curve = new([0.02f, 0.04f, 0.06f, 0.5f]);

    [Fact]
    public void Shares_and_failures_add_up()
    {
        Assert.Equal(0.75, Curve.ShareWithin(0.08));
        Assert.Equal(0.25, Curve.FailureRate(0.08), 12);
        Assert.Equal(0, Curve.ShareWithin(0.01));
    }

    // The staircase's area: (0.06 + 0.04 + 0.02) / 0.08 / 4.
    [Fact]
    public void The_area_is_that_of_the_staircase() => Assert.Equal(0.375, Curve.Area(0.08), 6);

    [Fact]
    public void No_errors_fill_the_area_and_no_number_fills_none_of_it()
    {
        Assert.Equal(1, new ErrorCurve([0f, 0f]).Area(0.08));
        Assert.Equal(0, new ErrorCurve([float.NaN]).Area(0.08));
        Assert.Equal(1, new ErrorCurve([float.NaN]).FailureRate(0.08));
    }

    [Fact]
    public void The_curve_rises_from_its_first_bound_to_its_last()
    {
        var points = Curve.Points(0.08, 4);
        Assert.Equal([0, 0.25, 0.5, 0.75, 0.75], points.Select(p => p.Share));
        Assert.Equal(0.08, points[^1].Bound);
    }
}
