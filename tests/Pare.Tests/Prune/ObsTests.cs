using Pare.Onnx;
using Pare.Prune;
using Pare.Prune.Obs;
using Pare.Tests.Onnx;
using Xunit;

namespace Pare.Tests.Prune;

public class ObsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_tiny_outputs_error_is_within_5_percent_of_the_best_of_all_choices(int seed)
    {
        const int rows = 1, columns = 11;
        var layer = Layer(rows, columns, seed);
        foreach (var zeros in (int[])[3, 6, 9])
        {
            var best = Enumerable.Range(0, 1 << (rows * columns)).Where(m => System.Numerics.BitOperations.PopCount((uint)m) == zeros).Min(m => layer.ErrorOf(Best(layer, m)));
            var found = layer.With(zeros);
            Assert.Equal(zeros, found.Count(w => w == 0));
            Assert.InRange(layer.ErrorOf(found), best * 0.999 - 1e-9, best * 1.05 + 1e-9);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void Both_ways_err_less_than_magnitude(double sparsity)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var layer = Layer(12, 40, seed);
            var magnitude = (float[])layer.Weights.Clone();
            var zeros = (int)(sparsity * magnitude.Length);
            foreach (var i in Enumerable.Range(0, magnitude.Length).OrderBy(i => Math.Abs(magnitude[i])).Take(zeros)) magnitude[i] = 0;
            var (exact, columns) = (layer.ErrorOf(layer.With(zeros)), layer.ErrorOf(ObsColumns.Prune(layer, sparsity, null)));
            Assert.InRange(columns, 0, layer.ErrorOf(magnitude));
            Assert.InRange(exact, 0, columns);
        }
    }

    [Fact]
    public void A_curve_says_what_pruning_then_costs()
    {
        var layer = Layer(4, 20, 7);
        foreach (var (zeros, error) in layer.Curve().Where(p => p.Zeros % 8 == 0))
            Assert.Equal(error, layer.ErrorOf(layer.With(zeros)), 0.1 * layer.Energy);
    }

    [Fact]
    public void A_pattern_keeps_two_of_four()
    {
        var layer = Layer(5, 40, 3);
        var pruned = layer.WithPattern(2, 4);
        foreach (var group in pruned.Chunk(4)) Assert.Equal(2, group.Count(w => w == 0));
        var magnitude = layer.Weights.Chunk(4).SelectMany(g => g.Select(w => g.Count(o => Math.Abs(o) > Math.Abs(w)) < 2 ? w : 0)).ToArray();
        Assert.InRange(layer.ErrorOf(pruned), 0, layer.ErrorOf(magnitude));
    }

    [Fact]
    public void Zeros_stay_zero_and_dead_inputs_do_no_harm()
    {
        var weights = Weights(3 * 10, 1);
        weights[4] = weights[17] = 0;
        var matrix = CholeskyTests.Moments(10, 100, 2);
        for (var i = 0; i < 10; i++) matrix[i * 10 + 6] = matrix[6 * 10 + i] = 0;
        var layer = new ObsLayer(weights, 3, 10, 1, Whole(matrix, 10), isCentred: false);
        foreach (var pruned in new[] { layer.With(12), ObsColumns.Prune(layer, 0.4, null) })
        {
            Assert.Equal((0f, 0f), (pruned[4], pruned[17]));
            Assert.All(pruned, w => Assert.True(float.IsFinite(w)));
        }
    }

    [Fact]
    public void A_bias_makes_up_for_the_mean()
    {
        // The inputs hardly vary about their means, so with a bias nearly nothing is lost.
        var means = Enumerable.Range(0, 8).Select(i => 1f + i).ToArray();
        var values = new float[64];
        for (var i = 0; i < 8; i++)
            for (var j = 0; j < 8; j++) values[i * 8 + j] = means[i] * means[j] + (i == j ? 0.01f : 0);
        var moments = new InputMoments([new MomentBlock(0, 0, 8, values, means)], 100);
        var model = Nets.Model(
            [Nets.Node("Gemm", ["x", "w"], ["y"])], [Tensor.Of("w", [8, 4], Weights(32, 5))], [Nets.Float("x", new Dimension(null, "N"), 8)], Nets.Float("y", new Dimension(null, "N"), 4));
        var result = ObsPruner.Prune(model, new ObsOptions { Sparsity = 0.75 }, new Dictionary<string, InputMoments> { ["y"] = moments });
        var index = new GraphIndex(result.Model.Graph);
        var (w, b) = (index.Constant("w")!.Floats.ToArray(), index.Constant(result.Model.Graph.Nodes[0].Inputs[2])!.Floats.ToArray());
        Assert.Equal(24, w.Count(v => v == 0));
        var before = Weights(32, 5);
        for (var o = 0; o < 4; o++)
            Assert.Equal(Enumerable.Range(0, 8).Sum(i => before[i * 4 + o] * means[i]), b[o] + Enumerable.Range(0, 8).Sum(i => w[i * 4 + o] * means[i]), 1e-3);
    }

    [Fact]
    public void Sparsity_is_shared_out_by_error()
    {
        // The second layer's inputs are one and the same: one weight of a row can stand for all.
        var same = new float[100];
        Array.Fill(same, 1f);
        var model = Nets.Model(
            [Nets.Node("MatMul", ["x", "a"], ["h"]), Nets.Node("MatMul", ["h", "b"], ["y"])],
            [Tensor.Of("a", [10, 10], Weights(100, 1)), Tensor.Of("b", [10, 10], Weights(100, 2))],
            [Nets.Float("x", new Dimension(null, "N"), 10)], Nets.Float("y", new Dimension(null, "N"), 10));
        var moments = new Dictionary<string, InputMoments> { ["h"] = Whole(CholeskyTests.Moments(10, 100, 1), 10), ["y"] = Whole(same, 10) };
        var shared = ObsPruner.Prune(model, new ObsOptions { Sparsity = 0.5 }, moments).Layers;
        Assert.InRange(shared[1].Kept, 0.05, 0.4);
        Assert.Equal(1.0, shared.Sum(l => l.Kept), 6);
        Assert.All(ObsPruner.Prune(model, new ObsOptions { Sparsity = 0.5, Scope = PruneScope.Layer }, moments).Layers, l => Assert.Equal(0.5, l.Kept, 6));
    }

    [Theory]
    [InlineData(null, null, "give one of")]
    [InlineData(1.2, null, "sparsity is 1.2")]
    [InlineData(null, "4:2", "4:2 is not KEPT:OF")]
    [InlineData(null, "2:3", "no layer's weights divide by the pattern")]
    public void What_cannot_be_done_is_one_line(double? sparsity, string? pattern, string said)
    {
        var model = Nets.Model(
            [Nets.Node("MatMul", ["x", "a"], ["y"])], [Tensor.Of("a", [10, 10], Weights(100, 1))], [Nets.Float("x", new Dimension(null, "N"), 10)], Nets.Float("y", new Dimension(null, "N"), 10));
        var options = new ObsOptions { Sparsity = sparsity, Pattern = pattern is null ? null : (pattern[0] - '0', pattern[2] - '0') };
        var moments = new Dictionary<string, InputMoments> { ["y"] = Whole(CholeskyTests.Moments(10, 100, 1), 10) };
        Assert.Contains(said, Assert.Throws<BadInputException>(() => ObsPruner.Prune(model, options, moments)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_is_shared_out_at_the_least_cost()
    {
        // Costs x² and 4x²: the cheaper one gives four times as much.
        IReadOnlyList<(long, double)>[] curves = [[.. Enumerable.Range(0, 101).Select(i => ((long)i, (double)i * i))], [.. Enumerable.Range(0, 101).Select(i => ((long)i, 4.0 * i * i))]];
        Assert.Equal([80, 20], Allocation.Solve(curves, 100));
        Assert.Equal([100, 100], Allocation.Solve(curves, 200));
        // What costs as much at once as later is not taken in steps.
        Assert.Equal([0, 10], Allocation.Solve([[(0, 0), (5, 100), (10, 100)], [(0, 0), (10, 90)]], 10));
    }

    private static ObsLayer Layer(int rows, int columns, int seed) =>
        new(Weights(rows * columns, seed), rows, columns, 1, Whole(CholeskyTests.Moments(columns, 4 * columns, seed), columns), isCentred: false);

    private static InputMoments Whole(float[] matrix, int n) => new([new MomentBlock(0, 0, n, matrix, new float[n])], 100);

    private static float[] Weights(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    // The weights outside the mask that leave the least error, by normal equations.
    private static float[] Best(ObsLayer layer, int mask)
    {
        var result = new float[layer.Weights.Length];
        var matrix = layer.Sections[0].Matrix;
        for (var row = 0; row < layer.Rows; row++)
        {
            var kept = Enumerable.Range(0, layer.Columns).Where(i => (mask >> (row * layer.Columns + i) & 1) == 0).ToArray();
            if (kept.Length == 0) continue;
            var part = kept.SelectMany(i => kept.Select(j => matrix[i * layer.Columns + j])).ToArray();
            var target = kept.Select(i => (float)Enumerable.Range(0, layer.Columns).Sum(j => (double)matrix[i * layer.Columns + j] * layer.Weights[row * layer.Columns + j])).ToArray();
            Cholesky.Solve(Cholesky.Factor(part, kept.Length, 1e-7), kept.Length, target);
            for (var i = 0; i < kept.Length; i++) result[row * layer.Columns + kept[i]] = target[i];
        }
        return result;
    }

    [Fact]
    public void Nearly_all_weights_can_go()
    {
        var model = Nets.Model(
            [Nets.Node("MatMul", ["x", "a"], ["y"])], [Tensor.Of("a", [50, 40], Weights(2000, 1))], [Nets.Float("x", new Dimension(null, "N"), 50)], Nets.Float("y", new Dimension(null, "N"), 40));
        var moments = new Dictionary<string, InputMoments> { ["y"] = Whole(CholeskyTests.Moments(50, 100, 1), 50) };
        Assert.Equal(2.0, 2000 * ObsPruner.Prune(model, new ObsOptions { Sparsity = 0.999 }, moments).Layers.Single().Kept, 6);
    }
}
