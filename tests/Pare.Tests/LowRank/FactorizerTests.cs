using Pare.LowRank;
using Pare.Onnx;
using Pare.Profile;
using Pare.Tests.Onnx;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.LowRank;

public class FactorizerTests
{
    private static readonly FactorizeOptions Any = new() { Rank = 1 };

    [Theory]
    [InlineData(FactorMethod.Channel)]
    [InlineData(FactorMethod.Spatial)]
    [InlineData(FactorMethod.Tucker2)]
    public void Costs_are_those_that_the_profile_counts(FactorMethod method)
    {
        var model = Convolution([NodeAttribute.Of("strides", 2, 1), NodeAttribute.Of("pads", 1, 0, 2, 1), NodeAttribute.Of("dilations", 1, 2)]);
        var layer = FactorLayers.Of(model, Any)[0];
        Assert.Equal(ModelProfile.Of(model).Macs, layer.Macs);
        var made = Factorizer.Replace(model, [(layer, Empty(layer, method, 3, 2))]);
        GraphSpec.Verify(made);
        var profile = ModelProfile.Of(made);
        var cost = layer.Cost(method, 3, 2);
        Assert.Equal(cost.Macs, profile.Macs);
        Assert.Equal(cost.Weights + 6, profile.Parameters);
    }

    [Fact]
    public void The_last_part_keeps_name_bias_and_output_and_the_weight_goes()
    {
        var model = Convolution([]);
        var made = Factorizer.Replace(model, [(FactorLayers.Of(model, Any)[0], Empty(FactorLayers.Of(model, Any)[0], FactorMethod.Tucker2, 3, 2))]);
        Assert.Equal(["conv.1", "conv.2", "conv"], made.Graph.Nodes.Select(n => n.Name));
        Assert.Equal(["", "", "b"], made.Graph.Nodes.Select(n => n.Input(2)));
        Assert.Equal("y", made.Graph.Nodes[^1].Outputs[0]);
        Assert.DoesNotContain(made.Graph.Initializers, t => t.Name == "w");
    }

    [Fact]
    public void Layers_say_why_they_stay()
    {
        var model = Nets.Model(
        [
            Nets.Node("Conv", ["x", "grouped"], ["c"], NodeAttribute.Of("group", 2)),
            Nets.Node("ConvTranspose", ["c", "turned"], ["t"]),
            Nets.Node("MatMul", ["t", "twice"], ["m"]),
            Nets.Node("MatMul", ["m", "twice"], ["y"]),
        ],
        [Nets.Random("grouped", 1, 4, 2, 1, 1), Nets.Random("turned", 2, 4, 4, 1, 1), Nets.Random("twice", 3, 5, 5)],
        [Nets.Float("x", 1, 4, 5, 5)], Nets.Float("y", 1, 4, 5, 5));
        Assert.Equal(["2 groups", "transposed convolutions are not factorised", "its weight is also that of 'MatMul_y'", "its weight is also that of 'MatMul_m'"],
            FactorLayers.Of(model, Any).Select(l => l.Reason));
    }

    [Fact]
    public void Methods_suit_the_layer()
    {
        var layers = FactorLayers.Of(ModelZoo.Build("lenet5"), Any);
        Assert.Equal([FactorMethod.Channel, FactorMethod.Spatial, FactorMethod.Tucker2], layers[0].Methods);
        Assert.Equal([FactorMethod.Svd], layers[^1].Methods);
        var svd = FactorLayers.Of(ModelZoo.Build("lenet5"), Any with { Method = FactorMethod.Svd });
        Assert.Equal("'svd' takes dense layers and 1x1 convolutions", svd[0].Reason);
        Assert.Null(svd[^1].Reason);
    }

    [Fact]
    public void A_pattern_that_fits_nothing_is_refused() =>
        Assert.Throws<BadInputException>(() => FactorLayers.Of(ModelZoo.Build("lenet5"), Any with { Exclude = ["nothing*"] }));

    private static Model Convolution(NodeAttribute[] attributes) => Nets.Model(
        [new Node { OpType = "Conv", Name = "conv", Inputs = ["x", "w", "b"], Outputs = ["y"], Attributes = [.. attributes] }],
        [Nets.Random("w", 1, 6, 4, 3, 2), Nets.Random("b", 2, 6)],
        [Nets.Float("x", new Dimension(null, "N"), 4, 9, 8)], Nets.Float("y", new Dimension(null, "N"), 6, Dimension.Unknown, Dimension.Unknown));

    private static Factors Empty(FactorLayer layer, FactorMethod method, int rank, int inputRank)
    {
        var (inputs, outputs, window) = (layer.Inputs, layer.Outputs, layer.Window);
        int[] sizes = method switch
        {
            FactorMethod.Spatial => [rank * inputs * layer.Kernel[0], outputs * rank * layer.Kernel[1]],
            FactorMethod.Tucker2 => [inputRank * inputs, rank * inputRank * window, outputs * rank],
            _ => [rank * inputs * window, outputs * rank],
        };
        return new Factors(method, rank, inputRank, [.. sizes.Select(s => new float[s])], 0);
    }
}
