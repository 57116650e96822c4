using Pare.Onnx;
using Pare.Torch;
using TorchSharp;
using Xunit;

namespace Pare.NativeTests.Torch;

/// <summary>What training does to parameters and statistics.</summary>
public class GradientTests
{
    [Fact]
    public void A_centroids_gradient_is_the_sum_over_its_weights()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(1);
        byte[] codes = [0, 1, 2, 1, 1, 0, 2, 2, 3, 0, 1, 2];
        n.Constant(Tensor.Of("codebook", [4], [.5f, -.25f, 1f, .125f]));
        n.Constant(Tensor.Of("codes", [4, 3], codes));
        var weight = n.Node("Gather", ["codebook", n.Node("Cast", ["codes"], NodeAttribute.Of("to", (long)ElementType.Int32))]);
        var model = n.Build(n.Node("Gemm", ["x", weight]), 17, null, 4);
        var x = torch.randn(5, 4);
        using var graph = new TorchGraph(model);
        var factors = torch.randn(5, 3);

        (graph.Forward(x, training: true) * factors).sum().backward();

        var dense = x.t().matmul(factors).reshape(-1).data<float>().ToArray();
        var wanted = Enumerable.Range(0, 4).Select(c => dense.Where((_, i) => codes[i] == c).Sum()).ToArray();
        Assert.Equal(["codebook"], graph.Parameters.Keys);
        AssertClose(wanted, graph.Parameters["codebook"].grad!);
    }

    [Fact]
    public void The_gradient_of_a_large_layers_codebook_is_the_sum_too()
    {
        using var scope = torch.NewDisposeScope();
        var model = Networks.Shared(Networks.LeNet(3), 32);
        using var shared = new TorchGraph(model);
        using var dense = new TorchGraph(Dense(model));
        var x = torch.randn(4, 1, 28, 28);

        shared.Forward(x, training: true).square().sum().backward();
        dense.Forward(x, training: true).square().sum().backward();

        foreach (var codes in model.Graph.Initializers.Where(t => t.Name.EndsWith(".codes", StringComparison.Ordinal)))
        {
            var name = codes.Name[..^".codes".Length];
            var gradient = dense.Parameters[name].grad!.contiguous().data<float>().ToArray();
            var (sums, sizes) = (new double[32], new double[32]);
            for (var i = 0; i < gradient.Length; i++)
            {
                sums[codes.Data.Span[i]] += gradient[i];
                sizes[codes.Data.Span[i]] += Math.Abs(gradient[i]);
            }
            // What cancels out in a sum of thousands leaves its rounding behind.
            var given = shared.Parameters[name + ".codebook"].grad!.data<float>().ToArray();
            Assert.All(Enumerable.Range(0, 32), c => Assert.Equal(sums[c], given[c], 1e-5 * sizes[c] + 1e-6));
        }
    }

    [Fact]
    public void Gradients_pass_straight_through_rounding_and_stop_at_the_clip()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(2);
        using var graph = new TorchGraph(n.Build(n.Quantized("x", "q", .1f, 128), 13, null));
        var x = torch.tensor([-20f, -12.8f, -.12f, 0f, .26f, 12.6f, 12.9f]).requires_grad_(true);

        var y = graph.Forward(x, training: true);
        y.sum().backward();

        AssertClose([-12.8f, -12.8f, -.1f, 0f, .3f, 12.6f, 12.7f], y);
        AssertClose([0, 1, 1, 1, 1, 1, 0], x.grad!);
    }

    [Fact]
    public void Weights_behind_a_quantizing_pair_are_trained()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(3);
        var model = n.Build(n.Node("MatMul", ["x", n.Quantized(n.Weights("w", 1, 0, 3, 2), "q", .05f, 128)]), 13, null, 3);
        using var graph = new TorchGraph(model);
        var x = torch.randn(4, 3);

        graph.Forward(x, training: true).sum().backward();

        Assert.Equal(["w"], graph.Parameters.Keys);
        AssertClose(x.sum([0L]).reshape(3, 1).expand(3, 2).contiguous().data<float>().ToArray(), graph.Parameters["w"].grad!);
    }

    [Fact]
    public void Batch_normalization_uses_the_batch_and_moves_the_running_statistics()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(4);
        var model = n.Build(n.BatchNorm("x", "bn", 3), 15, null, 3, 4, 4);
        using var graph = new TorchGraph(model);
        var x = torch.randn(6, 3, 4, 4) * 2 + 1;
        var (mean, variance) = (graph.Buffers["bn.mean"].clone(), graph.Buffers["bn.var"].clone());

        var y = graph.Forward(x, training: true);

        var (batchMean, batchVariance) = (x.mean([0, 2, 3]), x.var([0L, 2, 3], unbiased: false));
        AssertClose((mean * .9f + batchMean * .1f).data<float>().ToArray(), graph.Buffers["bn.mean"]);
        AssertClose((variance * .9f + batchVariance * .1f).data<float>().ToArray(), graph.Buffers["bn.var"]);
        var scale = graph.Parameters["bn.scale"].reshape(3, 1, 1);
        var wanted = (x - batchMean.reshape(3, 1, 1)) / (batchVariance.reshape(3, 1, 1) + 1e-5).sqrt() * scale + graph.Parameters["bn.bias"].reshape(3, 1, 1);
        AssertClose(wanted.contiguous().data<float>().ToArray(), y);
        Assert.Equal(["bn.bias", "bn.scale"], graph.Parameters.Keys.Order());
    }

    [Fact]
    public void One_value_a_channel_moves_no_statistics()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(4);
        using var graph = new TorchGraph(n.Build(n.BatchNorm("x", "bn", 3), 15, null, 3));
        var (mean, variance) = (graph.Buffers["bn.mean"].data<float>().ToArray(), graph.Buffers["bn.var"].data<float>().ToArray());
        var x = torch.randn(1, 3);
        AssertClose(graph.Forward(x, training: false).data<float>().ToArray(), graph.Forward(x, training: true));
        AssertClose(mean, graph.Buffers["bn.mean"]);
        AssertClose(variance, graph.Buffers["bn.var"]);
    }

    [Fact]
    public void A_norm_of_nothing_but_zeros_has_a_gradient()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(4);
        using var graph = new TorchGraph(n.Build(n.Node("ReduceL2", ["x"], NodeAttribute.Of("axes", (ReadOnlySpan<long>)[1L])), 13, null, 2));
        var x = torch.tensor(new[] { 0f, 0, 3, 4 }, [2, 2]).requires_grad_(true);
        var y = graph.Forward(x, training: true);
        y.sum().backward();
        AssertClose([0, 5], y);
        AssertClose([0, 0, 0.6f, 0.8f], x.grad!);
    }

    [Fact]
    public void What_attention_masks_scores_with_is_not_trained()
    {
        var n = new Networks(4);
        var scores = n.Node("Add", ["x", n.Constant(Tensor.Of("mask", [2, 2], [0f, float.NegativeInfinity, 0, 0]))]);
        var model = n.Build(n.Node("Add", [scores, n.Constant(Tensor.Of("bias", [2], [1f, 2]))]), 13, null, 2);
        using var graph = new TorchGraph(model);
        Assert.Equal(["bias"], graph.Parameters.Keys);
    }

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(5);
        var h = n.Node("Softplus", [n.BatchNorm(n.Conv("x", "c", 3, 2, 3, pad: 1), "bn", 3)]);
        var model = n.Build(n.Dense(n.Node("Flatten", [n.Pool("AveragePool", h, 2, 2)]), "fc", 2, 12), 15, null, 2, 4, 4);
        using var graph = new TorchGraph(InDouble(model));
        var x = torch.randn(4, 2, 4, 4, dtype: torch.ScalarType.Float64);
        torch.Tensor Loss() => graph.Forward(x, training: true).sin().sum();
        Loss().backward();

        foreach (var (name, parameter) in graph.Parameters)
        {
            var gradient = parameter.grad!.contiguous().data<double>().ToArray();
            for (var i = 0; i < Math.Min(6, gradient.Length); i++)
            {
                double At(double by)
                {
                    using var none = torch.no_grad();
                    parameter.reshape(-1)[i].add_(by);
                    var value = Loss().item<double>();
                    parameter.reshape(-1)[i].sub_(by);
                    return value;
                }
                Assert.True(Math.Abs((At(1e-5) - At(-1e-5)) / 2e-5 - gradient[i]) < 1e-6, $"{name}[{i}]");
            }
        }
    }

    [Fact]
    public void A_model_comes_back_with_its_trained_values_and_nothing_else_changed()
    {
        using var scope = torch.NewDisposeScope();
        var model = Networks.Shared(Networks.LeNet(6), 16);
        using var graph = new TorchGraph(model);
        Assert.Equal(OnnxWriter.ToBytes(model), OnnxWriter.ToBytes(graph.ToModel()));

        using (torch.no_grad()) graph.Parameters["ip2.b"].fill_(2);

        var after = graph.ToModel();
        Assert.All(after.Graph.Initializers.Single(t => t.Name == "ip2.b").Floats.ToArray(), v => Assert.Equal(2, v));
        Assert.Equal(model.Graph.Nodes.Length, after.Graph.Nodes.Length);
    }

    [Fact]
    public void A_bias_stored_in_16_bits_is_trained_in_32_and_stored_in_16_again()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(8);
        var bias = n.Node("Cast", [n.Constant(Tensor.Create<Half>("b", ElementType.Float16, [2], [(Half)1, (Half)2]))], NodeAttribute.Of("to", (long)ElementType.Float));
        var model = n.Build(n.Node("Gemm", ["x", n.Weights("w", 1, 0, 3, 2), bias]), 17, null, 3);
        using var graph = new TorchGraph(model);

        graph.Forward(torch.randn(4, 3), training: true).sum().backward();

        Assert.Equal(torch.ScalarType.Float32, graph.Parameters["b"].dtype);
        AssertClose([4, 4], graph.Parameters["b"].grad!);
        Assert.Equal(OnnxWriter.ToBytes(model), OnnxWriter.ToBytes(graph.ToModel()));
    }

    [Fact]
    public void Scales_shapes_and_settings_are_not_trained()
    {
        var n = new Networks(9);
        var h = n.Quantized(n.Conv("x", "c", 2, 1, 3), "q", .1f, 128);
        h = n.Node("Clip", [h, n.Constant(Tensor.Of("low", [], [0f])), n.Constant(Tensor.Of("high", [], [6f]))]);
        h = n.Node("Resize", [h, "", n.Constant(Tensor.Of("scales", [4], [1f, 1, 2, 2]))]);
        h = n.Node("Mul", [h, n.Constant(Tensor.Of("half", [], [.5f]))]);
        using var graph = new TorchGraph(n.Build(h, 13, null, 1, 6, 6));

        Assert.Equal(["c.b", "c.w"], graph.Parameters.Keys.Order());
    }

    [Fact]
    public void An_operator_that_is_missing_is_named_with_its_node()
    {
        var n = new Networks(7);
        var model = n.Build(n.Node("Relu", [n.Node("NonZero", ["x"])]), 17, 3, 3);

        var error = Assert.Throws<BadInputException>(() => new TorchGraph(model).Dispose());

        Assert.StartsWith("node NonZero 'NonZero_0': ", error.Message);
    }

    private static Model Dense(Model shared)
    {
        var constants = shared.Graph.Initializers.ToDictionary(t => t.Name);
        var gathered = shared.Graph.Nodes.Where(n => n.OpType == "Gather").Select(n => n.Outputs[0]).ToList();
        var weights = gathered.Select(name => Tensor.Of(name, constants[name + ".codes"].Shape.AsSpan(),
            [.. constants[name + ".codes"].Data.ToArray().Select(c => constants[name + ".codebook"].Floats[c])]));
        return shared with
        {
            Graph = shared.Graph with
            {
                Nodes = [.. shared.Graph.Nodes.Where(n => n.OpType is not ("Gather" or "Cast"))],
                Initializers = [.. shared.Graph.Initializers, .. weights],
            },
        };
    }

    private static Model InDouble(Model model) => model with
    {
        Graph = model.Graph with
        {
            Initializers = [.. model.Graph.Initializers.Select(t => Tensor.Create(t.Name, ElementType.Double, t.Shape.AsSpan(), t.Floats.ToArray().Select(v => (double)v).ToArray()))],
        },
    };

    private static void AssertClose(float[] wanted, torch.Tensor given)
    {
        var values = given.detach().contiguous().to(torch.ScalarType.Float32).data<float>().ToArray();
        Assert.Equal(wanted.Length, values.Length);
        for (var i = 0; i < wanted.Length; i++) Assert.True(Math.Abs(wanted[i] - values[i]) <= 1e-5 + 1e-4 * Math.Abs(wanted[i]), $"[{i}] is {values[i]}, not {wanted[i]}");
    }
}
