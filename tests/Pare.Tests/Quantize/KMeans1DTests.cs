using CsCheck;
using Pare.Quantize;
using Xunit;

namespace Pare.Tests.Quantize;

public class KMeans1DTests
{
    private static readonly Gen<float[]> SmallValues = Gen.Int[-20, 20].Select(i => i / 4f).Array[2, 14];

    [Fact]
    public void The_worked_example_of_Deep_Compression_shares_16_weights_among_4()
    {
        float[] weights = [2.09f, -0.98f, 1.48f, 0.09f, 0.05f, -0.14f, -1.08f, 2.12f, -0.91f, 1.92f, 0, -1.03f, 1.87f, 0, 1.53f, 1.49f];
        var centroids = KMeans1D.Cluster(new SortedValues(weights), 4);
        Assert.Equal([-1.0f, 0.0f, 1.5f, 2.0f], centroids.Select(c => MathF.Round(c, 2)));
        Assert.Equal(3.2, 16 * 32 / (16 * Math.Log2(centroids.Length) + centroids.Length * 32));
    }

    [Theory]
    [InlineData(CentroidStart.Linear, new[] { 0.0, 5.0, 10.0 })]
    [InlineData(CentroidStart.Density, new[] { 0.0, 2.0, 3.0 })]
    public void First_centroids_are_even_in_range_or_in_distribution(CentroidStart start, double[] expected)
    {
        var values = new SortedValues([10, 0, 1, 2, 3, 2]);
        Assert.Equal(expected, KMeans1D.Start(values, 3, start, seed: 0));
    }

    [Fact]
    public void Forgy_draws_values_and_repeats_by_seed()
    {
        var values = new SortedValues([1, 2, 3, 4, 5, 6, 7, 8]);
        var drawn = KMeans1D.Start(values, 3, CentroidStart.Forgy, seed: 7);
        Assert.All(drawn, c => Assert.Contains((float)c, values.Values.ToArray()));
        Assert.Equal(drawn, KMeans1D.Start(values, 3, CentroidStart.Forgy, seed: 7));
        Assert.NotEqual(drawn, KMeans1D.Start(values, 3, CentroidStart.Forgy, seed: 8));
    }

    [Fact]
    public void A_single_linear_centroid_starts_in_the_middle() =>
        Assert.Equal([3.0], KMeans1D.Start(new SortedValues([1, 2, 5]), 1, CentroidStart.Linear, 0));

    [Fact]
    public void As_many_centroids_as_different_values_lose_nothing()
    {
        float[] weights = [0.1f, -3e38f, 1e-44f, 0.1f, 7, float.MaxValue];
        Assert.Equal([-3e38f, 1e-44f, 0.1f, 7, float.MaxValue], KMeans1D.Cluster(new SortedValues([.. weights]), 5));
    }

    [Fact]
    public void Large_and_tiny_values_stay_finite() =>
        Assert.All(KMeans1D.Cluster(new SortedValues([-3e38f, 3e38f, 1e-44f, 2e38f, -1e-44f]), 2), c => Assert.True(float.IsFinite(c)));

    [Fact]
    public void A_value_halfway_goes_to_the_lower_centroid() =>
        Assert.Equal([2, 3], KMeans1D.Ends(new SortedValues([0, 1, 2]), [0, 2]));

    [Fact]
    public void Empty_clusters_are_put_to_use()
    {
        // Even starts in [0, 100] leave the middle ones without values.
        var centroids = KMeans1D.Cluster(new SortedValues([0, 1, 2, 3, 4, 5, 100, 100]), 4);
        Assert.Equal(4, centroids.Length);
        Assert.Equal(100, centroids[^1]);
    }

    [Fact]
    public void Lloyd_agrees_with_the_textbook_version() =>
        SmallValues.Select(Gen.Int[1, 5], Gen.Enum<CentroidStart>()).Sample((values, k, start) =>
        {
            var sorted = new SortedValues([.. values]);
            // Of centroids that coincide the textbook uses one only.
            var first = KMeans1D.Start(sorted, k, start, seed: 3).Distinct().ToArray();
            // Rounding decides which side a value halfway between two means goes to; either is right.
            if (TextbookLloyd(sorted.Values.ToArray(), first) is not { } expected) return;
            var actual = KMeans1D.Lloyd(sorted, first);
            Assert.Equal(expected.Length, actual.Length);
            for (var c = 0; c < actual.Length; c++) Assert.Equal(expected[c], actual[c], 1e-9);
        });

    [Fact]
    public void Putting_empty_clusters_to_use_only_lowers_the_error() =>
        SmallValues.Select(Gen.Int[1, 5], Gen.Enum<CentroidStart>()).Sample((values, k, start) =>
        {
            var sorted = new SortedValues([.. values]);
            var plain = KMeans1D.Lloyd(sorted, KMeans1D.Start(sorted, k, start, seed: 3)).Select(c => (float)c);
            Assert.True(Error(values, KMeans1D.Cluster(sorted, k, start, seed: 3)) <= Error(values, plain) + 1e-6);
        });

    [Fact]
    public void The_best_of_the_starts_is_close_to_the_optimum_and_never_below()
    {
        var (total, optimal) = (0.0, 0.0);
        var random = new Random(4);
        for (var i = 0; i < 200; i++)
        {
            var values = Enumerable.Range(0, random.Next(3, 13)).Select(_ => (float)random.NextDouble()).ToArray();
            var k = random.Next(1, 5);
            var sorted = new SortedValues([.. values]);
            var best = Enum.GetValues<CentroidStart>().Min(s => Error(values, KMeans1D.Cluster(sorted, k, s)));
            var least = Optimum(sorted.Values, k);
            Assert.True(best >= least - 1e-5);
            (total, optimal) = (total + best, optimal + least);
        }
        Assert.InRange(total, optimal * 0.9999, optimal * 1.1);
    }

    [Fact]
    public void Important_values_pull_their_centroid() =>
        Assert.Equal([1.75f, 10], KMeans1D.Cluster(new SortedValues([10, 1, 2], [1, 1, 3]), 2));

    [Fact]
    public void Values_without_importance_do_not_divide_by_zero() =>
        Assert.All(KMeans1D.Cluster(new SortedValues([1, 2, 3, 4], [0, 0, 0, 1]), 2), c => Assert.True(float.IsFinite(c)));

    [Fact]
    public void Many_values_cluster_as_few_do()
    {
        // 100,000 values through the radix sort and the blocks of sums, against the plain means of their runs.
        var random = new Random(5);
        var values = Enumerable.Range(0, 100_000).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var sorted = new SortedValues([.. values]);
        Assert.Equal(values.Order(), sorted.Values.ToArray());
        var centroids = KMeans1D.Lloyd(sorted, KMeans1D.Start(sorted, 16, CentroidStart.Linear, 0));
        var ends = KMeans1D.Ends(sorted, centroids);
        for (var c = 0; c < 16; c++)
        {
            var run = sorted.Values[(c == 0 ? 0 : ends[c - 1])..ends[c]].ToArray();
            Assert.Equal(run.Average(v => (double)v), centroids[c], 1e-9);
        }
    }

    [Fact]
    public void Sorting_keeps_each_importance_with_its_value()
    {
        var random = new Random(6);
        foreach (var count in new[] { 100, 10_000 })
        {
            var values = Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
            var sorted = new SortedValues([.. values], [.. values.Select(v => v * v)]);
            for (var i = 0; i < count; i++) Assert.Equal(sorted.Values[i] * sorted.Values[i], sorted.Importance[i]);
        }
    }

    // Null where a value came to lie halfway between two centroids.
    private static double[]? TextbookLloyd(float[] values, double[] start)
    {
        var centroids = start.ToArray();
        for (var iteration = 0; iteration < 100; iteration++)
        {
            if (values.Any(v => centroids.Select(c => Math.Abs(v - c)).Order().Take(2).ToArray() is [var near, var next] && next - near < 1e-9)) return null;
            var members = values.ToLookup(v => Enumerable.Range(0, centroids.Length).MinBy(c => Math.Abs(v - centroids[c])));
            for (var c = 0; c < centroids.Length; c++)
                if (members[c].Any()) centroids[c] = members[c].Average(v => (double)v);
        }
        return centroids;
    }

    private static double Error(IEnumerable<float> values, IEnumerable<float> centroids) =>
        values.Sum(v => centroids.Min(c => ((double)v - c) * ((double)v - c)));

    private static double Optimum(ReadOnlySpan<float> sorted, int k)
    {
        if (sorted.IsEmpty) return 0;
        if (k == 1) return Error(sorted.ToArray(), [sorted.ToArray().Average()]);
        var best = double.MaxValue;
        for (var first = 1; first <= sorted.Length; first++)
            best = Math.Min(best, Optimum(sorted[..first], 1) + Optimum(sorted[first..], k - 1));
        return best;
    }
}
