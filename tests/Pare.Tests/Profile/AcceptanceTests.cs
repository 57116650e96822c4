using Pare.Profile;
using Xunit;

namespace Pare.Tests.Profile;

public sealed class AcceptanceTests
{
    // Of 1,000 runs 50 are expected at 5 %; 67 is the most that a binomial test at 1 % still takes for that.
    private const int MostBrokenPromises = 67;

    [Theory]
    [InlineData(2000, 0.01, 0.005)]
    [InlineData(2000, 0.05, 0.02)]
    [InlineData(5000, 0.005, 0.06)]
    [InlineData(600, 0.02, 0.0)]
    public void A_model_just_over_the_limit_passes_in_one_run_of_twenty_at_most(int examples, double limit, double won)
    {
        var random = new Random(7);
        var broken = 0;
        for (var run = 0; run < 1000; run++)
        {
            var before = Enumerable.Range(0, examples).Select(i => i % 5 == 0 ? 0f : 1f).ToArray();
            var test = new AcceptanceTest(Metric.Top1, 100 * limit, AcceptRule.Interval, before);
            // Three models are tried in every run, each losing a little more than promised.
            for (var tries = 0; tries < 3; tries++)
            {
                if (!test.Try(Changed(before, lost: (limit + won) * 1.001, won, random)).Accepted) continue;
                broken++;
                break;
            }
        }
        Assert.InRange(broken, 1, MostBrokenPromises);
    }

    [Fact]
    public void A_mean_error_just_over_the_limit_passes_in_one_run_of_twenty_at_most()
    {
        var random = new Random(8);
        var broken = 0;
        for (var run = 0; run < 200; run++)
        {
            var before = Enumerable.Range(0, 300).Select(_ => (float)(0.05 * -Math.Log(1 - random.NextDouble()))).ToArray();
            // Skewed differences whose mean is 0.2 points.
            var after = before.Select(b => b + (float)(0.002 * -Math.Log(1 - random.NextDouble()))).ToArray();
            if (new AcceptanceTest(Metric.Nme, 0.199, AcceptRule.Interval, before).Try(after).Accepted) broken++;
        }
        // 5 % of 200 is 10; a binomial test at 1 % takes up to 18 for that.
        Assert.InRange(broken, 0, 18);
    }

    [Fact]
    public void One_number_shows_nothing_of_a_mean() =>
        Assert.Equal(double.PositiveInfinity, new AcceptanceTest(Metric.Nme, 5, AcceptRule.Interval, [0.05f]).Try([0.05f]).Upper);

    [Theory]
    [InlineData(19, true, false)]
    [InlineData(20, false, false)]
    [InlineData(1, false, true)]
    public void Too_few_numbers_for_a_mean_are_refused_before_the_work(int count, bool refused, bool point)
    {
        var thrown = Record.Exception(() => AcceptanceTest.CheckCount("photos", count, Metric.Nme, 1, point ? AcceptRule.Point : AcceptRule.Interval));
        Assert.Equal(refused, thrown is BadInputException { Message: "'photos': 19 examples to hold the promise against; to show that at most 1 points are lost takes 20 or more (or --accept point, or a larger --max-drop)" });
    }

    [Fact]
    public void By_points_alone_such_a_model_passes_about_half_the_time()
    {
        var random = new Random(9);
        var before = Enumerable.Repeat(1f, 2000).ToArray();
        var passed = Enumerable.Range(0, 200).Count(_ => new AcceptanceTest(Metric.Top1, 1, AcceptRule.Point, before).Try(Changed(before, 0.0101, 0, random)).Accepted);
        Assert.InRange(passed, 70, 130);
    }

    [Fact]
    public void A_good_model_is_accepted() =>
        Assert.True(new AcceptanceTest(Metric.Top1, 1, AcceptRule.Interval, Enumerable.Repeat(1f, 2000).ToArray()).Try(Enumerable.Repeat(1f, 2000).ToArray()).Accepted);

    [Theory]
    [InlineData(1, 0.95)]
    [InlineData(0.5, 0.95)]
    [InlineData(0.1, 0.975)]
    public void The_least_number_of_examples_is_the_one_at_which_an_unchanged_model_passes(double points, double level)
    {
        var least = TangoInterval.LeastCount(points / 100, level);
        Assert.True(TangoInterval.Upper(0, 0, least, level) <= points / 100);
        Assert.True(TangoInterval.Upper(0, 0, least - 2, level) > points / 100);
    }

    [Fact]
    public void The_upper_end_rises_with_the_level_and_falls_with_the_examples()
    {
        Assert.True(TangoInterval.Upper(20, 10, 1000, 0.99) > TangoInterval.Upper(20, 10, 1000, 0.95));
        Assert.True(TangoInterval.Upper(20, 10, 1000, 0.95) > TangoInterval.Upper(40, 20, 2000, 0.95));
    }

    // Loses and wins shares of all examples, each example for itself.
    private static float[] Changed(float[] before, double lost, double won, Random random)
    {
        double right = before.Count(b => b == 1), wrong = before.Length - right;
        return [.. before.Select(b => random.NextDouble() < (b == 1 ? lost * before.Length / right : won * before.Length / wrong) ? 1 - b : b)];
    }
}
