using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

public class OpsetRaiseTests
{
    private static readonly Dimension Batch = new(null, "N");

    [Fact]
    public void Attributes_that_became_inputs_are_moved()
    {
        var raised = OpsetRaise.To(Old(9, Nets.Node("Clip", ["x"], ["c"], NodeAttribute.Of("max", 6f)), Nets.Node("Unsqueeze", ["c"], ["y"], NodeAttribute.Of("axes", (ReadOnlySpan<long>)[2L]))), 13);
        Assert.Equal(["x", "", "c.max"], raised.Graph.Nodes[0].Inputs);
        Assert.Equal(6f, raised.Graph.Initializers.Single(t => t.Name == "c.max").Floats[0]);
        Assert.Equal([2L], raised.Graph.Initializers.Single(t => t.Name == "y.axes").Int64s.ToArray());
        Assert.All(raised.Graph.Nodes, n => Assert.Empty(n.Attributes));
        GraphSpec.Verify(raised);
    }

    [Fact]
    public void A_softmax_over_the_last_axis_stays_what_it_is() =>
        Assert.Equal(-1, OpsetRaise.To(Old(11, Nets.Node("Softmax", ["x"], ["y"])), 13).Graph.Nodes[0].Int("axis", 0));

    [Fact]
    public void A_softmax_over_channels_of_one_place_keeps_its_axis()
    {
        var model = Old(11, Nets.Node("GlobalAveragePool", ["p"], ["c"]), Nets.Node("Softmax", ["c"], ["y"]));
        model = model with { Graph = model.Graph with { Inputs = [.. model.Graph.Inputs, Nets.Float("p", 1, 4, 3, 3)] } };
        Assert.Equal(1, OpsetRaise.To(model, 13).Graph.Nodes[1].Int("axis", 0));
    }

    [Fact]
    public void A_softmax_over_several_axes_is_refused()
    {
        var model = Old(11, Nets.Node("Unsqueeze", ["x"], ["c"], NodeAttribute.Of("axes", (ReadOnlySpan<long>)[1L])), Nets.Node("Softmax", ["c"], ["y"]));
        Assert.Contains("several axes", Assert.Throws<BadInputException>(() => OpsetRaise.To(model, 13)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 2)]
    [InlineData(13, 3)]
    public void Upsample_becomes_Resize(int opset, int inputs)
    {
        var raised = OpsetRaise.To(Old(9, Nets.Node("Upsample", ["x", "scales"], ["y"])), opset);
        Assert.Equal(("Resize", inputs, "scales"), (raised.Graph.Nodes[0].OpType, raised.Graph.Nodes[0].Inputs.Length, raised.Graph.Nodes[0].Inputs[^1]));
    }

    [Theory]
    [InlineData(2, "floor")]
    [InlineData(0.3, "ceil")]
    public void The_nearest_value_is_the_next_one_where_an_axis_shrinks(float scale, string nearest)
    {
        var model = Old(10, Nets.Node("Resize", ["x", "scales"], ["y"]));
        model = model with { Graph = model.Graph with { Initializers = [Tensor.Of("scales", [2], [1, scale])] } };
        Assert.Equal(nearest, OpsetRaise.To(model, 13).Graph.Nodes[0].Text("nearest_mode", ""));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(1)]
    public void What_is_too_old_is_refused(long opset) =>
        Assert.Contains($"opset {opset}", Assert.Throws<BadInputException>(() => OpsetRaise.To(Old(opset, Nets.Node("Relu", ["x"], ["y"])), 13)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_new_enough_is_left_alone()
    {
        var model = Old(17, Nets.Node("Relu", ["x"], ["y"]));
        Assert.Same(model, OpsetRaise.To(model, 13));
    }

    private static Model Old(long opset, params Node[] nodes) =>
        Nets.Model([.. nodes], [], [Nets.Float("x", Batch, 4)], new ValueInfo { Name = "y", Type = ElementType.Float }) with { Opsets = [new("", opset)] };
}
