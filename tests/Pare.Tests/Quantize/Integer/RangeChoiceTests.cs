using Pare.Quantize.Integer;
using Xunit;

namespace Pare.Tests.Quantize.Integer;

public class RangeChoiceTests
{
    [Theory]
    [InlineData(RangeMethod.MinMax)]
    [InlineData(RangeMethod.Average)]
    [InlineData(RangeMethod.Percentile)]
    [InlineData(RangeMethod.Entropy)]
    [InlineData(RangeMethod.Mse)]
    public void Ranges_hold_zero_and_stay_within_what_was_seen(RangeMethod method)
    {
        var record = Record(Normal(20_000, shift: 3));
        var (min, max) = RangeChoice.Of(record, method);
        Assert.InRange(min, Math.Min(0, record.Min), 0);
        Assert.InRange(max, 0.1f, record.Max);
    }

    [Theory]
    [InlineData(RangeMethod.Percentile)]
    [InlineData(RangeMethod.Entropy)]
    public void An_outlier_does_not_stretch_the_range(RangeMethod method)
    {
        float[] values = [.. Normal(100_000, shift: 0), 40];
        Assert.InRange(RangeChoice.Of(Record(values), method).Max, 2.5f, 25);
    }

    [Fact]
    public void Min_max_takes_the_outlier_too() => Assert.Equal(40, RangeChoice.Of(Record([-1, 0, 40]), RangeMethod.MinMax).Max);

    [Theory]
    [InlineData(RangeMethod.Percentile)]
    [InlineData(RangeMethod.Entropy)]
    [InlineData(RangeMethod.Mse)]
    public void A_value_that_never_changes_has_a_range(RangeMethod method) => Assert.Equal((0f, 2f), RangeChoice.Of(Record([2, 2, 2]), method));

    [Fact]
    public void A_method_without_its_histogram_says_so() =>
        Assert.Throws<ArgumentException>(() => RangeChoice.Of(new RangeRecord("x", 0, 1, 0, 1), RangeMethod.Mse));

    private static RangeRecord Record(float[] values)
    {
        var histogram = Histogram.Of(values.Min(), values.Max());
        histogram.Add(values);
        return new RangeRecord("x", values.Min(), values.Max(), values.Min() / 2, values.Max() / 2) { Histogram = histogram };
    }

    private static float[] Normal(int count, float shift)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => shift + (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }
}
