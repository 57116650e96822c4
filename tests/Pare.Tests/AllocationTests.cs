using Xunit;

namespace Pare.Tests;

public class AllocationTests
{
    private static readonly int[] Seeds = [.. Enumerable.Range(0, 60)];

    public static TheoryData<int> Drawn => [.. Seeds];

    [Theory]
    [MemberData(nameof(Drawn))]
    public void A_choice_of_options_is_the_best_of_all(int seed)
    {
        var random = new Random(seed);
        var options = Options(random);
        var target = random.Next(0, (int)options.Sum(o => o.Max(x => x.Gain)) + 1);
        var chosen = Allocation.Choose(options, target)!;
        var best = All(options).Where(c => Gain(options, c) >= target).Min(c => Cost(options, c));
        Assert.True(Gain(options, chosen) >= target);
        Assert.Equal(best, Cost(options, chosen), 9);
    }

    [Theory]
    [MemberData(nameof(Drawn))]
    public void A_higher_target_never_costs_less(int seed)
    {
        var options = Options(new Random(seed));
        var most = options.Sum(o => o.Max(x => x.Gain));
        List<double> costs = [.. Enumerable.Range(0, (int)most + 1).Select(t => Cost(options, Allocation.Choose(options, t)!))];
        Assert.Equal(costs.Order(), costs);
    }

    [Fact]
    public void A_target_beyond_the_steps_is_held_though_gains_are_rounded()
    {
        var random = new Random(3);
        List<IReadOnlyList<(long Gain, double Cost)>> options = [.. Enumerable.Range(0, 30).Select(_ =>
            (IReadOnlyList<(long, double)>)[(0, 0), .. Enumerable.Range(1, 5).Select(i => (i * 1_000_000L + random.Next(1000), i * i * random.NextDouble()))])];
        var most = options.Sum(o => o[^1].Gain);
        foreach (var target in new[] { most / 3, most / 2, most - 1, most })
            Assert.True(Gain(options, Allocation.Choose(options, target)!) >= target);
        Assert.Null(Allocation.Choose(options, most + 1));
    }

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Sharing_out_along_convex_curves_is_the_best_of_all(int seed)
    {
        var random = new Random(seed);
        // Costs of giving 0, 1, 2, ..., each more than the one before.
        List<IReadOnlyList<(long Gain, double Cost)>> curves = [.. Enumerable.Range(0, 3).Select(_ => Convex(random, 1 + random.Next(6)))];
        var target = random.Next(0, (int)curves.Sum(c => c[^1].Gain) + 1);
        var given = Allocation.Solve(curves, target);
        var best = All(curves).Where(c => Gain(curves, c) == target).Min(c => Cost(curves, c));
        Assert.Equal(target, given.Sum());
        Assert.Equal(best, Cost(curves, [.. given.Select(g => (int)g)]), 9);
    }

    [Fact]
    public void Costs_rise_from_none_through_every_measurement()
    {
        // 0.7 was measured to lose less than 0.5: noise.
        var curves = new DropCurves { Layers = new Dictionary<string, IReadOnlyList<DropPoint>> { ["a"] = [new(0.9, 8), new(0.5, 1), new(0.7, 0.4)] }, Resolution = 0.05, Power = 3 };
        var costs = curves.Costs("a", 1000);
        Assert.Equal((0, 0), costs[0]);
        Assert.Equal(costs.Select(c => c.Cost).Order(), costs.Select(c => c.Cost));
        Assert.Equal(1, costs.Single(c => c.Gain == 500).Cost, 9);
        Assert.Equal(1, costs.Single(c => c.Gain == 700).Cost, 9);
        Assert.Equal((900, 8), (costs[^1].Gain, Math.Round(costs[^1].Cost, 9)));
        // Half of what was measured first, with the third power.
        Assert.Equal(0.125, costs.Single(c => c.Gain == 250).Cost, 9);
        Assert.Equal(0.5, (curves with { Power = 1 }).Costs("a", 1000).Single(c => c.Gain == 250).Cost, 9);
        Assert.Equal([(0, 0)], curves.Costs("unknown", 1000));
    }

    [Fact]
    public void A_gain_and_no_loss_count_as_what_cannot_be_seen()
    {
        var curves = new DropCurves { Layers = new Dictionary<string, IReadOnlyList<DropPoint>> { ["a"] = [new(0.5, -0.3), new(0.9, 0)] }, Resolution = 0.05 };
        Assert.All(curves.Costs("a", 100).Where(c => c.Gain >= 50), c => Assert.Equal(0.05, c.Cost, 9));
    }

    private static IReadOnlyList<(long Gain, double Cost)> Convex(Random random, int steps)
    {
        var slopes = Enumerable.Range(0, steps).Select(_ => random.NextDouble()).Order().ToList();
        return [.. Enumerable.Range(0, steps + 1).Select(n => ((long)n, slopes.Take(n).Sum()))];
    }

    // Neither convex nor rising.
    private static List<IReadOnlyList<(long Gain, double Cost)>> Options(Random random) =>
        [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (IReadOnlyList<(long, double)>)[(0, 0), .. Enumerable.Range(0, random.Next(5)).Select(_ => ((long)random.Next(20), random.NextDouble()))])];

    private static IEnumerable<int[]> All(IReadOnlyList<IReadOnlyList<(long Gain, double Cost)>> options) => options.Aggregate(
        (IEnumerable<int[]>)[[]], (all, layer) => all.SelectMany(c => Enumerable.Range(0, layer.Count).Select(i => (int[])[.. c, i])));

    private static long Gain(IReadOnlyList<IReadOnlyList<(long Gain, double Cost)>> options, int[] chosen) => options.Index().Sum(o => o.Item[chosen[o.Index]].Gain);

    private static double Cost(IReadOnlyList<IReadOnlyList<(long Gain, double Cost)>> options, int[] chosen) => options.Index().Sum(o => o.Item[chosen[o.Index]].Cost);
}
