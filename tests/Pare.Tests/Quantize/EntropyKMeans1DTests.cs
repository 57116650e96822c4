using CsCheck;
using Pare.Quantize;
using Xunit;

namespace Pare.Tests.Quantize;

public class EntropyKMeans1DTests
{
    private static readonly Gen<float[]> Values = Gen.Int[-400, 400].Select(i => i / 64f).Array[3, 400];

    [Fact]
    public void The_objective_never_rises() =>
        Values.Select(Gen.Int[2, 16], Gen.Double[0, 2], Gen.Bool).Sample((values, k, lambda, weighted) =>
        {
            var sorted = Sorted(values, weighted);
            var state = EntropyKMeans1D.Start(sorted, KMeans1D.Cluster(sorted, k), []);
            var before = state.Objective(lambda);
            for (var i = 0; i < 20; i++)
            {
                state = state.Next(sorted, lambda);
                var after = state.Objective(lambda);
                // Centroids are rounded to float32.
                Assert.True(after <= before + 1e-6 * (1 + Math.Abs(before)), $"{before} -> {after}");
                before = after;
            }
        });

    [Fact]
    public void Runs_between_boundaries_agree_with_assigning_each_value() =>
        Values.Select(Gen.Int[2, 16], Gen.Double[0, 2]).Sample((values, k, lambda) =>
        {
            var sorted = new SortedValues([.. values]);
            var start = EntropyKMeans1D.Start(sorted, KMeans1D.Cluster(sorted, k), []).Next(sorted, lambda);
            var each = new SortedValues([.. values], [.. values.Select(_ => 1f)]);
            // Ties may fall on either side; what they cost is the same.
            Assert.Equal(start.Next(each, lambda).Objective(lambda), start.Next(sorted, lambda).Objective(lambda), 1e-4);
        });

    [Fact]
    public void Encoding_finds_the_cheapest_code() =>
        Gen.Int[-100, 100].Select(i => i / 10f).Array[1, 12].Select(Gen.Float[-12, 12], Gen.Double[0, 3], Gen.Double[0, 5].Array[12]).Sample((centroids, value, importance, costs) =>
        {
            var sorted = centroids.Distinct().Order().ToArray();
            var codebook = new Codebook(sorted, costs[..sorted.Length]);
            var cheapest = Enumerable.Range(0, sorted.Length).Min(c => codebook.Cost(value, importance, c));
            Assert.Equal(cheapest, codebook.Cost(value, importance, codebook.Encode(value, importance)));
        });

    [Fact]
    public void Free_codes_go_to_the_nearest_centroid_and_ties_to_the_lower()
    {
        var codebook = new Codebook([-1, 1, 4]);
        Assert.Equal([0, 0, 1, 1, 2], new float[] { -9, 0, 1e-3f, 2.5f, 2.6f }.Select(v => codebook.Encode(v)));
    }

    [Fact]
    public void A_high_price_leaves_one_cluster()
    {
        var sorted = new SortedValues([1, 1, 1, 1, 2]);
        Assert.Equal([1.2f], EntropyKMeans1D.Cluster(sorted, [1, 2], lambda: 100).Centroids.ToArray());
    }

    [Fact]
    public void No_price_is_plain_k_means()
    {
        var random = new Random(1);
        var sorted = new SortedValues([.. Enumerable.Range(0, 5000).Select(_ => (float)random.NextDouble())]);
        var centroids = KMeans1D.Cluster(sorted, 8);
        Assert.Equal(centroids, EntropyKMeans1D.Cluster(sorted, centroids, 0).Centroids.ToArray());
    }

    [Fact]
    public void A_price_trades_error_for_entropy()
    {
        var random = new Random(2);
        float[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (float)((random.NextDouble() + random.NextDouble() + random.NextDouble()) / 1.5 - 1))];
        var sorted = new SortedValues([.. values]);
        var centroids = KMeans1D.Cluster(sorted, 32);
        var (bits, error) = (double.MaxValue, 0.0);
        foreach (var lambda in new[] { 0, 1e-4, 1e-3, 1e-2 })
        {
            var result = SharedCodes.Encode(values, EntropyKMeans1D.Cluster(sorted, centroids, lambda), null);
            var record = result.Change("").Sharing!;
            Assert.True(record.EntropyBits < bits && record.Distortion > error);
            (bits, error) = (record.EntropyBits, record.Distortion);
        }
    }

    [Fact]
    public void Frozen_centroids_stay_and_their_weights_count_for_the_lengths()
    {
        var sorted = new SortedValues([1.2f, 1.3f, 5, 6]);
        var codebook = EntropyKMeans1D.Cluster(sorted, [1, 4], lambda: 1e-3, frozen: [10, 0]);
        Assert.Equal([1f, 5.5f], codebook.Centroids.ToArray());
        Assert.Equal(1e-3 * Math.Log2(14 / 12.0), codebook.Cost(1, 1, 0), 1e-12);
    }

    private static SortedValues Sorted(float[] values, bool weighted) =>
        new([.. values], weighted ? [.. values.Select(v => v * v + 0.01f)] : null);
}
