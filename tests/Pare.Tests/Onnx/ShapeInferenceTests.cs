using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

public sealed class ShapeInferenceTests
{
    private static readonly Dimension N = new(null, "N");

    [Fact]
    public void A_named_batch_travels_through_a_network() =>
        Assert.Equal("Float[N,4,4,4]", $"{ShapeInference.Infer(Nets.Small())["r"]}");

    [Fact]
    public void A_length_that_hangs_on_an_input_is_not_fixed_by_what_the_file_states()
    {
        var model = Nets.Small();
        model = model with { Graph = model.Graph with { Values = [Nets.Float("r", 1, 4, 4, 4)] } };
        Assert.Equal("Float[N,4,4,4]", $"{ShapeInference.Infer(model)["r"]}");
    }

    [Fact]
    public void Tensors_without_elements_are_evaluated_at_once()
    {
        var nothing = new Tensor { Name = "q", Type = ElementType.Int8, Shape = [4096, 4096, 4096, 2, 0] };
        var model = Nets.Model([Nets.Node("DequantizeLinear", ["q", "s"], ["y"], NodeAttribute.Of("axis", 3))], [nothing, Tensor.Of("s", [2], [1f, 1])], [], new ValueInfo { Name = "y" });
        Assert.Equal([4096L, 4096, 4096, 2, 0], ShapeInference.Infer(model)["y"].Sizes!);
    }

    [Fact]
    public void Given_input_shapes_replace_the_stated_ones()
    {
        var shapes = ShapeInference.Infer(Nets.Small(), new Dictionary<string, System.Collections.Immutable.ImmutableArray<Dimension>> { ["x"] = [7, 2, 4, 4] });
        Assert.Equal([7L, 3L], shapes["y"].Sizes!);
    }

    [Fact]
    public void A_reshape_to_a_computed_shape_resolves() =>
        Assert.Equal("Float[N,32]", $"{ShapeInference.Infer(ReshapedByShape())["y"]}");

    [Fact]
    public void A_minus_one_takes_the_batch_when_the_rest_cancels()
    {
        var model = Nets.Model([Nets.Node("Reshape", ["x", "to"], ["y"])], [Tensor.Of("to", [2], [-1L, 12])], [Nets.Float("x", N, 3, 4)], new ValueInfo { Name = "y" });
        Assert.Equal("Float[N,12]", $"{ShapeInference.Infer(model)["y"]}");
    }

    [Fact]
    public void A_channel_shuffle_keeps_its_shape()
    {
        var model = Nets.Model(
        [
            Nets.Node("Reshape", ["x", "a"], ["s"]), Nets.Node("Transpose", ["s"], ["t"], NodeAttribute.Of("perm", 0, 2, 1, 3, 4)), Nets.Node("Reshape", ["t", "b"], ["y"]),
        ], [Tensor.Of("a", [5], [0L, 3, 80, 28, 28]), Tensor.Of("b", [4], [0L, -1, 28, 28])], [Nets.Float("x", N, 240, 28, 28)], new ValueInfo { Name = "y" });
        Assert.Equal("Float[N,240,28,28]", $"{ShapeInference.Infer(model)["y"]}");
    }

    [Fact]
    public void Ceil_mode_pools_as_SqueezeNet_needs_it()
    {
        var pool = Nets.Node("MaxPool", ["x"], ["y"], NodeAttribute.Of("kernel_shape", 3, 3), NodeAttribute.Of("strides", 2, 2), NodeAttribute.Of("ceil_mode", 1));
        Assert.Equal("Float[1,96,55,55]", $"{ShapeInference.Infer(Nets.Model([pool], [], [Nets.Float("x", 1, 96, 111, 111)], new ValueInfo { Name = "y" }))["y"]}");
        Assert.Equal("Float[1,96,27,27]", $"{ShapeInference.Infer(Nets.Model([pool], [], [Nets.Float("x", 1, 96, 54, 54)], new ValueInfo { Name = "y" }))["y"]}");
    }

    [Fact]
    public void A_stated_shape_that_cannot_be_is_refused()
    {
        var model = Nets.Small();
        model = model with { Graph = model.Graph with { Outputs = [Nets.Float("y", N, 4)] } };
        Assert.Contains("value 'y' is stated as [N,4]", Assert.Throws<BadInputException>(() => ShapeInference.Infer(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_give_what_they_agree_on()
    {
        Graph Branch(string op, string output) => new() { Name = op, Nodes = [Nets.Node(op, ["x", "one"], [output])], Outputs = [new ValueInfo { Name = output }] };
        var model = Nets.Model([Nets.Node("If", ["p"], ["y"], NodeAttribute.Of("then_branch", Branch("Add", "a")), NodeAttribute.Of("else_branch", Branch("Mul", "b")))],
            [Tensor.Of("one", [1], [1f])], [Nets.Float("x", N, 3), ValueInfo.Of("p", ElementType.Bool)], new ValueInfo { Name = "y" });
        Assert.Equal("Float[N,3]", $"{ShapeInference.Infer(model)["y"]}");
    }

    [Fact]
    public void Scalars_cannot_be_joined()
    {
        var model = Nets.Model([Nets.Node("Concat", ["a", "a"], ["y"], NodeAttribute.Of("axis", 0L))], [Tensor.Of("a", [], [1f])], [], new ValueInfo { Name = "y" });
        Assert.Contains("axis 0 is outside the 0 dimensions", Assert.Throws<BadInputException>(() => ShapeInference.Infer(model)).Message, StringComparison.Ordinal);
    }

    internal static Model ReshapedByShape() => Nets.Model(
    [
        Nets.Node("Shape", ["x"], ["shape"]), Nets.Node("Gather", ["shape", "zero"], ["batch"]), Nets.Node("Unsqueeze", ["batch", "axes"], ["first"]),
        Nets.Node("Concat", ["first", "rest"], ["to"], NodeAttribute.Of("axis", 0)), Nets.Node("Reshape", ["x", "to"], ["y"]),
    ], [Tensor.Of("zero", [], [0L]), Tensor.Of("axes", [1], [0L]), Tensor.Of("rest", [1], [-1L])], [Nets.Float("x", N, 2, 4, 4)], new ValueInfo { Name = "y" });
}
