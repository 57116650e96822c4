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
    public void A_softmax_over_several_axes_is_refused()
    {
        var model = Old(11, Nets.Node("Unsqueeze", ["x"], ["c"], NodeAttribute.Of("axes", (ReadOnlySpan<long>)[2L])), Nets.Node("Softmax", ["c"], ["y"]));
        Assert.Contains("several axes", Assert.Throws<BadInputException>(() => OpsetRaise.To(model, 13)).Message, StringComparison.Ordinal);
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
