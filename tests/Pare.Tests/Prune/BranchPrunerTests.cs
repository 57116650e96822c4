using Pare.Onnx;
using Pare.Profile;
using Pare.Prune;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Prune;

public sealed class BranchPrunerTests
{
    private static readonly Model ResNet = ModelZoo.Build("resnet20");

    [Fact]
    public void Every_residual_block_of_a_resnet_is_a_branch()
    {
        var branches = Branches(ResNet);
        Assert.Equal(9, branches.Count);
        Assert.All(branches, b => Assert.Equal(2, b.Nodes.Count(n => n.Is("Conv"))));
        var macs = ModelProfile.MacsByNode(ResNet);
        Assert.All(branches, b => Assert.Equal(b.Nodes.Sum(n => macs.GetValueOrDefault(n.Outputs[0])), b.Macs));
    }

    [Fact]
    public void Without_a_branch_the_sum_is_its_other_side()
    {
        // x -> c -> relu r; r + c2(relu(c1(r))) -> relu -> y
        var block = Block();
        var without = Assert.Single(Branches(block)).RemovedFrom(block);
        // The second Relu of two says nothing new.
        Assert.Equal(["Conv", "Relu"], without.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal("y", without.Graph.Nodes[^1].Outputs[0]);
        Assert.Equal("c.w", Assert.Single(without.Graph.Initializers).Name);
    }

    [Fact]
    public void A_branch_that_is_looked_at_elsewhere_stays()
    {
        var block = Block();
        Assert.Empty(Branches(block with { Graph = block.Graph with { Outputs = block.Graph.Outputs.Add(ValueInfo.Of("b", ElementType.Float, 1, 4, 8, 8)) } }));
    }

    [Fact]
    public void What_is_added_to_a_constant_or_spread_over_its_shape_is_no_branch()
    {
        Model Sum(Tensor other) => Networks.Of([Networks.Op("Conv", "x,w", "b", NodeAttribute.Of("pads", [1L, 1, 1, 1])), Networks.Op("Add", "b," + other.Name, "y")],
            [Weight("w", 4), other], [1, 4, 8, 8], [1, 4, 8, 8], "y");
        Assert.Empty(Branches(Sum(Tensor.Of("k", [1, 4, 8, 8], new float[256]))));
        var spread = Networks.Of([Networks.Op("Conv", "x,w", "b", NodeAttribute.Of("pads", [1L, 1, 1, 1])), Networks.Op("GlobalAveragePool", "x", "mean"), Networks.Op("Add", "b,mean", "y")],
            [Weight("w", 4)], [1, 4, 8, 8], [1, 4, 8, 8], "y");
        Assert.Empty(Branches(spread));
    }

    [Fact]
    public void Excluded_layers_stay_with_their_branch()
    {
        Assert.Empty(Branches(Block(), "c2"));
        Assert.Throws<BadInputException>(() => Branches(Block(), "nothing*"));
    }

    [Fact]
    public void The_branch_that_loses_least_for_what_it_saves_goes_first()
    {
        // Whatever lacks the fifth block loses nothing; everything else loses.
        var fifth = Branches(ResNet)[4].Nodes.Where(n => n.Is("Conv")).Select(n => n.Inputs[1]).ToHashSet();
        double Lost(Model m) => m.Graph.Nodes.Any(n => n.Inputs.Any(fifth.Contains)) ? 1 : 0;
        var result = BranchPruner.Prune(ResNet, 0.9, ModelProfile.MacsByNode, Lost, null);
        Assert.Equal(2, result.Layers.Count(l => l.Kept == 0));
        Assert.DoesNotContain(result.Model.Graph.Initializers, t => fifth.Contains(t.Name));
        Assert.True(Macs(result.Model) <= 0.9 * Macs(ResNet));
    }

    [Theory]
    [InlineData("resnet20", 0.01, "0.01 of the multiply-adds cannot be reached: with every residual branch removed")]
    [InlineData("resnet20", 1.0, "the share of multiply-adds is 1, above 0 and below 1 is allowed")]
    [InlineData("lenet5", 0.5, "the model has no residual branches; nothing can be removed")]
    public void What_cannot_be_done_is_one_line(string network, double share, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<BadInputException>(() => BranchPruner.Prune(ModelZoo.Build(network), share, ModelProfile.MacsByNode, _ => 0, null)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<ResidualBranch> Branches(Model model, params string[] exclude) => ResidualBranch.Of(model, ModelProfile.MacsByNode(model), exclude);

    private static long Macs(Model model) => ModelProfile.MacsByNode(model).Values.Sum();

    private static Tensor Weight(string name, int channels) => Tensor.Of(name, [channels, channels, 3, 3], Enumerable.Range(0, channels * channels * 9).Select(i => (i % 7) - 3f).ToArray());

    private static Model Block()
    {
        var same = NodeAttribute.Of("pads", [1L, 1, 1, 1]);
        return Networks.Of(
            [
                Networks.Op("Conv", "x,c.w", "c", same), Networks.Op("Relu", "c", "r"), Networks.Op("Conv", "r,c1.w", "c1", same), Networks.Op("Relu", "c1", "r1"),
                Networks.Op("Conv", "r1,c2.w", "b", same) with { Name = "c2" }, Networks.Op("Add", "b,r", "s"), Networks.Op("Relu", "s", "y"),
            ],
            [Weight("c.w", 4), Weight("c1.w", 4), Weight("c2.w", 4)], [1, 4, 8, 8], [1, 4, 8, 8], "y");
    }
}
