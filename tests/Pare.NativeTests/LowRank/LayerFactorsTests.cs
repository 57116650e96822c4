using System.Collections.Immutable;
using Pare.LowRank;
using Pare.Onnx;
using Pare.Torch.LowRank;
using Xunit;

namespace Pare.NativeTests.LowRank;

public class LayerFactorsTests
{
    /// <summary>Sums of a few dozen products in float32.</summary>
    private const double Rounding = 2e-6;

    [Theory]
    [InlineData("MatMul", false, 1)]
    [InlineData("Gemm", false, 1)]
    [InlineData("Gemm", true, 0.5f)]
    public void A_dense_layer_of_rank_r_comes_back_exactly_at_rank_r(string op, bool transposed, float alpha)
    {
        foreach (var (inputs, outputs) in new[] { (40, 24), (24, 40) })
        {
            var weight = transposed ? Product(outputs, inputs, 5) : Product(inputs, outputs, 5);
            NodeAttribute[] attributes = op == "MatMul" ? [] : transposed ? [NodeAttribute.Of("transB", 1), NodeAttribute.Of("alpha", alpha), NodeAttribute.Of("beta", 2f)] : [];
            var model = Layers.Dense(op, weight, inputs, outputs, attributes);
            var factors = Layers.Solve(model, FactorMethod.Svd, 5);
            Assert.InRange(Layers.Difference(model, factors), 0, Rounding);
            Assert.InRange(factors.Error, 0, 1e-6);
        }
    }

    [Fact]
    public void A_large_matrix_of_rank_r_comes_back_exactly_by_subspace_iteration()
    {
        var model = Layers.Dense("MatMul", Product(1500, 1100, 7), 1500, 1100);
        Assert.InRange(Layers.Difference(model, Layers.Solve(model, FactorMethod.Svd, 7)), 0, 1e-5);
    }

    [Fact]
    public void A_kernel_of_Tucker_rank_comes_back_exactly()
    {
        var (core, u, v) = (Layers.Draw(1, 3, 2, 6), Layers.Draw(2, 8, 3), Layers.Draw(3, 6, 2));
        var weight = new float[8 * 6 * 6];
        for (var o = 0; o < 8; o++)
            for (var i = 0; i < 6; i++)
                for (var p = 0; p < 6; p++)
                    for (var r = 0; r < 3; r++)
                        for (var q = 0; q < 2; q++) weight[(o * 6 + i) * 6 + p] += core[(r * 2 + q) * 6 + p] * u[o * 3 + r] * v[i * 2 + q];
        var model = Layers.Convolution(weight, [8, 6, 3, 2], NodeAttribute.Of("pads", 1, 1, 1, 0));
        Assert.InRange(Layers.Difference(model, Layers.Solve(model, FactorMethod.Tucker2, 3, 2)), 0, Rounding);
        Assert.InRange(Layers.Solve(model, FactorMethod.Tucker2, 2, 2).Error, 0.05, 1);
    }

    [Theory]
    [InlineData("pads", new long[] { 1, 0, 2, 1 }, "strides", new long[] { 2, 1 })]
    [InlineData("dilations", new long[] { 2, 3 }, "strides", new long[] { 1, 2 })]
    [InlineData("strides", new long[] { 2, 3 }, "auto_pad", null)]
    [InlineData("dilations", new long[] { 2, 1 }, "auto_pad", null)]
    public void At_full_rank_outputs_are_the_same(string one, long[] first, string two, long[]? second)
    {
        // ONNX Runtime takes no dilation with SAME.
        foreach (var mode in second is not null ? [""] : one == "dilations" ? new[] { "VALID" } : ["SAME_UPPER", "SAME_LOWER", "VALID"])
        {
            var model = Layers.Convolution(Layers.Draw(1, 5, 4, 3, 2), [5, 4, 3, 2], NodeAttribute.Of(one, first), second is null ? NodeAttribute.Of(two, mode) : NodeAttribute.Of(two, second));
            foreach (var method in new[] { FactorMethod.Channel, FactorMethod.Spatial, FactorMethod.Tucker2 })
            {
                var layer = Layers.Of(model);
                foreach (var moments in new[] { null, Layers.Moments(model, Layers.Inputs(model, 7, 8)) })
                    Assert.InRange(Layers.Difference(model, Layers.Solve(model, method, layer.FullRank(method), layer.FullInputRank(method), moments)), 0, 1e-5);
            }
        }
    }

    [Fact]
    public void Convolutions_of_other_dimensions_are_split_too()
    {
        var model = Layers.Dense("MatMul", Layers.Draw(1, 4, 4), 4, 4);
        var node = new Node { OpType = "Conv", Name = "conv", Inputs = ["x", "w"], Outputs = ["y"], Attributes = [NodeAttribute.Of("pads", 2, 1), new NodeAttribute("strides", AttributeKind.Ints, ImmutableArray.Create(2L))] };
        model = model with
        {
            Graph = model.Graph with { Inputs = [ValueInfo.Of("x", ElementType.Float, new Dimension(null, "N"), 3, 10)], Initializers = [Tensor.Of("w", [6, 3, 3], Layers.Draw(2, 6, 3, 3))], Nodes = [node] },
        };
        Assert.InRange(Layers.Difference(model, Layers.Solve(model, FactorMethod.Channel, 6)), 0, Rounding);
        Assert.InRange(Layers.Difference(model, Layers.Solve(model, FactorMethod.Tucker2, 6, 3)), 0, Rounding);
    }

    [Theory]
    [InlineData(FactorMethod.Channel)]
    [InlineData(FactorMethod.Spatial)]
    [InlineData(FactorMethod.Tucker2)]
    public void With_moments_a_convolutions_outputs_never_err_more(FactorMethod method)
    {
        var model = Layers.Convolution(Layers.Draw(3, 10, 6, 3, 3), [10, 6, 3, 3], NodeAttribute.Of("pads", 1, 1, 1, 1));
        var input = Layers.Inputs(model, 5, 20);
        var moments = Layers.Moments(model, input);
        for (var rank = 1; rank <= 6; rank++)
        {
            var (plain, aware) = (Layers.Solve(model, method, rank, rank), Layers.Solve(model, method, rank, rank, moments));
            var (before, after) = (Layers.OutputError(model, plain, input), Layers.OutputError(model, aware, input));
            // Moments and outputs are sums in float32.
            Assert.True(after <= before * (1 + 1e-4), $"rank {rank}: {after} with moments, {before} without");
            Assert.Equal(after, aware.Error, 1e-3);
            if (rank is > 1 and < 5) Assert.True(after < 0.95 * before, $"rank {rank}: {after} with moments, {before} without");
        }
    }

    [Theory]
    [InlineData(30, 20)]
    [InlineData(20, 30)]
    public void With_moments_a_dense_layers_outputs_never_err_more(int inputs, int outputs)
    {
        var model = Layers.Dense("MatMul", Layers.Draw(3, inputs, outputs), inputs, outputs);
        // Fewer examples than inputs: moments are singular.
        foreach (var examples in new[] { 200, 12 })
        {
            var input = Layers.Inputs(model, 5, examples);
            var moments = Layers.Moments(model, input);
            for (var rank = 1; rank <= 19; rank += 3)
            {
                var (plain, aware) = (Layers.Solve(model, FactorMethod.Svd, rank), Layers.Solve(model, FactorMethod.Svd, rank, moments: moments));
                var (before, after) = (Layers.OutputError(model, plain, input), Layers.OutputError(model, aware, input));
                Assert.True(after <= before * (1 + 1e-4) + 1e-6, $"rank {rank}: {after} with moments, {before} without");
                Assert.Equal(after, aware.Error, 1e-3);
            }
        }
    }

    [Fact]
    public void Inputs_that_are_never_seen_do_no_harm()
    {
        var model = Layers.Convolution(Layers.Draw(3, 8, 6, 3, 3), [8, 6, 3, 3]);
        var input = Layers.Inputs(model, 5, 4);
        var values = input.Floats.ToArray();
        for (var i = 0; i < values.Length; i++)
            if (i / 72 % 6 is 2 or 3) values[i] = 0;
        var moments = Layers.Moments(model, input = Tensor.Of("x", input.Shape.AsSpan(), values));
        foreach (var method in new[] { FactorMethod.Channel, FactorMethod.Spatial, FactorMethod.Tucker2 })
        {
            var factors = Layers.Solve(model, method, 4, 4, moments);
            Assert.All(factors.Weights, w => Assert.All(w, v => Assert.True(float.IsFinite(v))));
            Assert.Equal(Layers.OutputError(model, factors, input), factors.Error, 1e-3);
        }
    }

    [Fact]
    public void A_layer_of_zeros_is_no_trouble()
    {
        var model = Layers.Convolution(new float[4 * 4 * 9], [4, 4, 3, 3]);
        foreach (var method in new[] { FactorMethod.Channel, FactorMethod.Spatial, FactorMethod.Tucker2 })
        {
            var factors = Layers.Solve(model, method, 2, 2, Layers.Moments(model, Layers.Inputs(model, 5, 4)));
            Assert.Equal(0, factors.Error);
            Assert.All(factors.Weights, w => Assert.All(w, v => Assert.True(float.IsFinite(v))));
        }
    }

    [Fact]
    public void The_same_layer_gives_the_same_factors()
    {
        var model = Layers.Dense("MatMul", Layers.Draw(1, 1300, 1100), 1300, 1100);
        Assert.Equal(Layers.Solve(model, FactorMethod.Svd, 20).Weights[0], Layers.Solve(model, FactorMethod.Svd, 20).Weights[0]);
    }

    [Fact]
    public void Subspace_iteration_is_as_near_as_the_best()
    {
        var model = Layers.Dense("MatMul", Layers.Draw(1, 1300, 1100), 1300, 1100);
        var best = RankCurves.Of(Layers.Of(model), null).Curves[0].Kept[39];
        // A flat spectrum, where iteration is slowest.
        Assert.Equal(Math.Sqrt(1 - best), Layers.Solve(model, FactorMethod.Svd, 40).Error, 2e-3);
    }

    [Theory]
    [InlineData(60, 90)]
    [InlineData(90, 60)]
    public void Low_rank_and_noise_are_told_apart(int inputs, int outputs)
    {
        var weight = Product(inputs, outputs, 6);
        var noise = Layers.Draw(11, inputs, outputs);
        for (var i = 0; i < weight.Length; i++) weight[i] += 0.1f * noise[i];
        var choice = RankChoice.ByVbmf([RankCurves.Of(Layers.Of(Layers.Dense("MatMul", weight, inputs, outputs)), null)])[0];
        Assert.Equal(6, choice.Candidates[0].Rank);
    }

    [Fact]
    public void Noise_alone_is_left_alone()
    {
        var choice = RankChoice.ByVbmf([RankCurves.Of(Layers.Of(Layers.Dense("MatMul", Layers.Draw(1, 80, 80), 80, 80)), null)])[0];
        Assert.Equal("no singular value stands out of noise", choice.Reason);
    }

    [Fact]
    public void Curves_say_what_factors_keep()
    {
        var model = Layers.Convolution(Layers.Draw(3, 10, 6, 3, 3), [10, 6, 3, 3], NodeAttribute.Of("pads", 1, 1, 1, 1));
        foreach (var curve in RankCurves.Of(Layers.Of(model), null).Curves)
        {
            Assert.Equal(1, curve.Kept[^1]);
            var (rank, inputRank) = (curve.Rank / 2, Math.Max(1, curve.InputRank / 2));
            var (kept, error) = (curve.Kept[(rank - 1) * curve.InputRank + inputRank - 1], Layers.Solve(model, curve.Method, rank, inputRank).Error);
            // Higher-order orthogonal iteration betters the cut decomposition a little.
            Assert.InRange(1 - error * error, kept - 1e-6, curve.Method == FactorMethod.Tucker2 ? kept + 0.05 : kept + 1e-6);
        }
    }

    [Fact]
    public void Moments_in_blocks_are_those_of_one_matrix()
    {
        var model = Layers.Convolution(Layers.Draw(3, 10, 6, 3, 3), [10, 6, 3, 3]);
        var whole = Layers.Moments(model, Layers.Inputs(model, 5, 20)).Blocks[0].Values;
        // Two blocks that cut through a channel, and one matrix with zeros between them.
        const int All = 54, First = 25;
        MomentBlock Block(int first, int size) => new(0, first, size, [.. Enumerable.Range(0, size * size).Select(i => whole[(first + i / size) * All + first + i % size])], new float[size]);
        var apart = new InputMoments([Block(0, First), Block(First, All - First)], 1);
        var together = new InputMoments([new(0, 0, All, [.. whole.Select((v, i) => i / All < First == i % All < First ? v : 0)], new float[All])], 1);
        foreach (var method in new[] { FactorMethod.Channel, FactorMethod.Spatial, FactorMethod.Tucker2 })
            Assert.Equal(Layers.Solve(model, method, 3, 3, together).Error, Layers.Solve(model, method, 3, 3, apart).Error, 1e-9);
    }

    // A random matrix of a rank.
    private static float[] Product(int rows, int columns, int rank)
    {
        var (a, b) = (Layers.Draw(1, rows, rank), Layers.Draw(2, rank, columns));
        var product = new float[rows * columns];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
                for (var k = 0; k < rank; k++) product[r * columns + c] += a[r * rank + k] * b[k * columns + c];
        return product;
    }
}
