using Pare.LowRank;
using Xunit;

namespace Pare.Tests.LowRank;

public class VbmfTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public void Signals_that_stand_out_of_noise_are_counted(int signals)
    {
        var values = Noise(200, 400);
        for (var i = 0; i < signals; i++) values[i] = 100 - i;
        Assert.Equal(signals, Vbmf.Rank(values, 200, 400));
        Assert.Equal(signals, Vbmf.Rank(values, 400, 200));
    }

    [Fact]
    public void A_signal_inside_the_noise_is_not_seen()
    {
        var values = Noise(200, 400);
        values[0] *= 1.01;
        Assert.Equal(0, Vbmf.Rank(values, 200, 400));
    }

    [Fact]
    public void A_matrix_without_noise_has_its_own_rank()
    {
        double[] values = [5, 4, 3, .. Enumerable.Repeat(0.0, 27)];
        Assert.Equal(3, Vbmf.Rank(values, 30, 50));
    }

    [Fact]
    public void Zeros_have_no_rank() => Assert.Equal(0, Vbmf.Rank(new double[8], 8, 8));

    // Singular values of noise of deviation 1: the quantiles of Marchenko and Pastur's law, by its density's running sum.
    private static double[] Noise(int rows, int columns)
    {
        var alpha = (double)rows / columns;
        var (low, high) = (Math.Pow(1 - Math.Sqrt(alpha), 2), Math.Pow(1 + Math.Sqrt(alpha), 2));
        const int Steps = 100_000;
        var (values, sum) = (new List<double>(), 0.0);
        for (var i = 0; i < Steps && values.Count < rows; i++)
        {
            var x = low + (high - low) * (i + 0.5) / Steps;
            sum += Math.Sqrt((high - x) * (x - low)) / (2 * Math.PI * alpha * x) * (high - low) / Steps;
            while (values.Count < rows && sum >= (values.Count + 0.5) / rows) values.Add(Math.Sqrt(x * columns));
        }
        while (values.Count < rows) values.Add(Math.Sqrt(high * columns));
        values.Reverse();
        return [.. values];
    }
}
