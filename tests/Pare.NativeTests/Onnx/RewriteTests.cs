using System.Collections.Immutable;
using Pare.Onnx;
using Xunit;

namespace Pare.NativeTests.Onnx;

/// <summary>Rewritten models against the originals, on ONNX Runtime. Folding rounds each weight once, so 1e-5 of the largest output is allowed.</summary>
public sealed class RewriteTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_batch_norm_after_a_convolution_folds(int group, bool bias) =>
        Folds("Conv", Random("w", 6, 4 / group, 3, 3), bias, 6, [1, 4, 8, 8], NodeAttribute.Of("group", group));

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_batch_norm_after_a_transposed_convolution_folds(int group, bool bias) =>
        Folds("ConvTranspose", Random("w", 4, 6 / group, 3, 2), bias, 6, [1, 4, 8, 8], NodeAttribute.Of("group", group));

    [Theory]
    [InlineData(0, true, 1f, 1f)]
    [InlineData(1, true, 0.5f, 0.25f)]
    [InlineData(1, false, 2f, 3f)]
    public void A_batch_norm_after_a_dense_layer_folds(int transposed, bool bias, float alpha, float beta) =>
        Folds("Gemm", transposed == 1 ? Random("w", 6, 5) : Random("w", 5, 6), bias, 6, [3, 5],
            NodeAttribute.Of("transB", transposed), NodeAttribute.Of("alpha", alpha), NodeAttribute.Of("beta", beta));

    [Fact]
    public void A_weight_shared_by_two_layers_is_folded_for_one()
    {
        var model = Model(
            [Node("Conv", ["x", "w"], ["c"]), Norm("c", "y"), Node("Conv", ["x", "w"], ["z"])],
            [Random("w", 6, 4, 3, 3), .. Statistics(6)], [1, 4, 8, 8], "y", "z");
        Assert.True(OrtRun.Difference(model, Same(model, 2), Inputs(model)) < Tolerance);
    }

    [Fact]
    public void Dropouts_identities_and_shape_arithmetic_go()
    {
        var model = Model(
            [
                Node("Identity", ["x"], ["a"]), Node("Dropout", ["a"], ["b"]), Node("Shape", ["b"], ["s"]), Node("Gather", ["s", "zero"], ["n"]), Node("Unsqueeze", ["n", "axes"], ["n1"]),
                Node("Concat", ["n1", "rest"], ["to"], NodeAttribute.Of("axis", 0)), Node("Reshape", ["b", "to"], ["r"]), Node("MatMul", ["r", "w"], ["m"]), Node("Identity", ["m"], ["y"]),
            ],
            [Tensor.Of("zero", [], [0L]), Tensor.Of("axes", [1], [0L]), Tensor.Of("rest", [1], [-1L]), Random("w", 256, 3)], [2, 4, 8, 8], "y");
        Assert.True(OrtRun.Difference(model, Same(model, 2), Inputs(model)) < Tolerance);
    }

    private static void Folds(string op, Tensor weight, bool bias, int channels, long[] input, params NodeAttribute[] attributes)
    {
        string[] names = bias ? ["x", "w", "b"] : ["x", "w"];
        ImmutableArray<Tensor> constants = [weight, .. Statistics(channels), .. bias ? [Random("b", channels)] : Array.Empty<Tensor>()];
        var model = Model([Node(op, names, ["c"]) with { Attributes = [.. attributes] }, Norm("c", "y")], constants, input, "y");
        Assert.True(OrtRun.Difference(model, Same(model, 1), Inputs(model)) < Tolerance);
    }

    private static Model Same(Model model, int nodes)
    {
        var simple = Simplify.Run(model);
        Assert.Equal(nodes, simple.Graph.Nodes.Length);
        GraphSpec.Verify(simple);
        return simple;
    }

    private static Node Node(string op, string[] inputs, string[] outputs, params NodeAttribute[] attributes) =>
        new() { OpType = op, Inputs = [.. inputs], Outputs = [.. outputs], Attributes = [.. attributes] };

    private static Node Norm(string from, string to) => Node("BatchNormalization", [from, "scale", "shift", "mean", "variance"], [to], NodeAttribute.Of("epsilon", 1e-3f));

    private static IEnumerable<Tensor> Statistics(int channels) =>
        [Random("scale", channels), Random("shift", channels), Random("mean", channels), Tensor.Of("variance", [channels], [.. Enumerable.Range(1, channels).Select(i => i * 0.3f)])];

    private static Model Model(ImmutableArray<Node> nodes, ImmutableArray<Tensor> constants, long[] input, params string[] outputs) => new()
    {
        Graph = new Graph
        {
            Name = "g", Nodes = nodes, Initializers = constants, Inputs = [ValueInfo.Of("x", ElementType.Float, [.. input.Select(d => (Dimension)d)])],
            Outputs = [.. outputs.Select(o => new ValueInfo { Name = o, Type = ElementType.Float })],
        },
    };

    private static Dictionary<string, Tensor> Inputs(Model model) =>
        new() { ["x"] = Random("x", [.. model.Graph.Inputs[0].Shape!.Value.Select(d => d.Value!.Value)]) };

    private static Tensor Random(string name, params long[] shape)
    {
        var random = new Random(name.Length + shape.Length);
        return Tensor.Of(name, shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (p, d) => p * d)).Select(_ => random.NextSingle() - 0.4f)]);
    }
}
