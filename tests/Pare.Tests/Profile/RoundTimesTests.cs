using Pare.Profile;
using Xunit;

namespace Pare.Tests.Profile;

public sealed class RoundTimesTests
{
    [Fact]
    public void Median_and_tail_are_by_nearest_rank()
    {
        var latency = new RoundTimes([[.. Enumerable.Range(1, 100).Select(i => (double)i)]]).Latency(0);
        Assert.Equal((50, 95, 100), (latency.Median, latency.P95, latency.Runs));
        Assert.InRange(latency.Median, latency.MedianLow!.Value, latency.MedianHigh!.Value);
    }

    [Fact]
    public void A_single_round_has_no_spread() => Assert.Equal(new Latency(3, 3, 1) { MedianLow = 3, MedianHigh = 3 }, new RoundTimes([[3.0]]).Latency(0));

    [Fact]
    public void A_network_is_as_fast_as_itself() => Assert.Equal(new Estimate(1, 1, 1), new RoundTimes([[1, 2, 3, 4, 5]]).Ratio(0));

    [Fact]
    public void What_slows_a_whole_round_cancels_out()
    {
        var (first, second) = Simulated(new Random(3), rounds: 1000, ratio: 2, machine: 0.5, own: 0);
        var ratio = new RoundTimes([first, second]).Ratio(1);
        Assert.Equal(2, ratio.Value, 1e-9);
        Assert.Equal(2, ratio.High, 1e-9);
    }

    [Theory]
    [InlineData(1.0, 1000)]
    [InlineData(1.0, 200)]
    [InlineData(1.3, 1000)]
    public void The_interval_holds_the_true_ratio_in_19_of_20_runs_of_correlated_rounds(double ratio, int rounds)
    {
        var random = new Random(1);
        var covered = 0;
        for (var i = 0; i < 400; i++)
        {
            var (first, second) = Simulated(random, rounds, ratio, machine: 0.2, own: 0.05);
            if (new RoundTimes([first, second]).Ratio(1).Contains(ratio)) covered++;
        }
        Assert.InRange(covered / 400.0, 0.93, 1);
    }

    [Fact]
    public void The_medians_interval_holds_the_true_median_in_19_of_20_runs()
    {
        var random = new Random(2);
        var covered = 0;
        for (var i = 0; i < 400; i++)
        {
            var latency = new RoundTimes([Simulated(random, 2000, 1, machine: 0.05, own: 0.05).First]).Latency(0);
            if (latency.MedianLow <= 1 && latency.MedianHigh >= 1) covered++;
        }
        Assert.InRange(covered / 400.0, 0.93, 1);
    }

    [Fact]
    public void A_difference_between_sittings_is_not_mistaken_for_one_between_networks()
    {
        // Ten sittings, in each of which the second network lies a little better or worse in memory.
        var (random, covered) = (new Random(4), 0);
        for (var i = 0; i < 200; i++)
        {
            var luck = Enumerable.Range(0, 10).Select(_ => Math.Exp(0.02 * Gauss(random))).ToArray();
            var blocks = Enumerable.Range(0, 500).Select(r => r / 50).ToList();
            var times = blocks.Select(b => luck[b] * Math.Exp(0.005 * Gauss(random))).ToList();
            if (new RoundTimes([[.. times.Select(_ => 1.0)], times], blocks).Ratio(1).Contains(1)) covered++;
        }
        Assert.InRange(covered / 200.0, 0.92, 1);
    }

    [Fact]
    public void Lists_of_different_lengths_are_refused() => Assert.Throws<ArgumentException>(() => new RoundTimes([[1, 2], [1]]));

    [Theory]
    [InlineData(-1.959964, 0.025)]
    [InlineData(0, 0.5)]
    [InlineData(1.644854, 0.95)]
    public void The_normal_distribution_is_that_of_the_tables(double z, double below) => Assert.Equal(below, Normal.Below(z), 1e-6);

    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(3, 3.182)]
    [InlineData(9, 2.262)]
    [InlineData(39, 2.023)]
    public void Students_quantiles_are_those_of_the_tables(int degrees, double quantile) => Assert.Equal(quantile, Normal.StudentQuantile975(degrees), quantile * 0.01);

    /// <summary>Log-times of two networks with median 1 and <paramref name="ratio"/>: noise of the machine that both share and their own, each an autoregression of 0.6.</summary>
    private static (List<double> First, List<double> Second) Simulated(Random random, int rounds, double ratio, double machine, double own)
    {
        const double memory = 0.6;
        var (first, second) = (new List<double>(), new List<double>());
        double m = 0, a = 0, b = 0;
        for (var i = -20; i < rounds; i++)
        {
            m = memory * m + machine * Gauss(random);
            a = memory * a + own * Gauss(random);
            b = memory * b + own * Gauss(random);
            if (i < 0) continue;
            first.Add(Math.Exp(m + a));
            second.Add(ratio * Math.Exp(m + b));
        }
        return (first, second);
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
