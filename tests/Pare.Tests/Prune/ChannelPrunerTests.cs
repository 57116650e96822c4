using Pare.Onnx;
using Pare.Profile;
using Pare.Prune;
using Pare.Prune.Channels;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Prune;

public sealed class ChannelPrunerTests
{
    private static readonly Model ResNet = ModelZoo.Build("resnet20");

    public static TheoryData<ChannelPruneOptions, string> BadOptions => new()
    {
        { new() { Macs = 0 }, "the share of multiply-adds is 0, above 0 and below 1 is allowed" },
        { new() { Macs = 1.5 }, "the share of multiply-adds is 1.5, above 0 and below 1 is allowed" },
        { new() { Parameters = double.NaN }, "the share of parameters is NaN, above 0 and below 1 is allowed" },
        { new(), "pruning channels needs one of a share of multiply-adds and a share of parameters" },
        { new() { Macs = 0.5, Parameters = 0.5 }, "pruning channels needs one of a share of multiply-adds and a share of parameters" },
        { new() { Macs = 0.5, Multiple = 0 }, "the multiple of widths is 0, 1 or more is allowed" },
        { new() { Macs = 0.5, Importance = ChannelImportance.Fisher }, "layer 'conv1': fisher needs the mean squared gradients of 'conv1.weight', none are given" },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void A_bad_option_is_named_with_what_is_allowed(ChannelPruneOptions options, string message) =>
        Assert.Equal(message, Assert.Throws<BadInputException>(() => Prune(ResNet, options)).Message);

    [Fact]
    public void A_target_out_of_reach_says_how_far_it_goes()
    {
        var message = Assert.Throws<OutOfReachException>(() => Prune(ResNet, new() { Macs = 1e-6 })).Message;
        Assert.StartsWith("1E-06 of the multiply-adds cannot be reached: with every channel removed that can be, 0.00", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_model_without_layers_is_refused() =>
        Assert.StartsWith("the model has no layer with constant weights", Assert.Throws<BadInputException>(() =>
            Prune(Networks.Of([Networks.Op("Relu", "x", "y")], [], [1], [1], "y"), new() { Macs = 0.5 })).Message);

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void The_share_of_multiply_adds_is_nearly_reached_and_never_exceeded(double share)
    {
        foreach (var scope in Enum.GetValues<PruneScope>())
        {
            var result = Prune(ResNet, new() { Macs = share, Scope = scope });
            GraphSpec.Verify(result.Model);
            Assert.InRange(Macs(result.Model) / Macs(ResNet), share - 0.02, share);
        }
    }

    [Theory]
    [InlineData("resnet20")]
    [InlineData("mobilenetv2")]
    [InlineData("shufflenet-g1")]
    public void The_share_of_parameters_is_nearly_reached_and_never_exceeded(string name)
    {
        var model = ModelZoo.Build(name, new ZooOptions { InputShape = [3, 32, 32] });
        var result = Prune(model, new() { Parameters = 0.5 });
        Assert.InRange(ModelProfile.Of(result.Model).Parameters / (double)ModelProfile.Of(model).Parameters, 0.48, 0.5);
    }

    [Fact]
    public void Widths_become_multiples()
    {
        var result = Prune(ResNet, new() { Macs = 0.5, Multiple = 8 });
        Assert.InRange(Macs(result.Model) / Macs(ResNet), 0.4, 0.5);
        Assert.All(result.Layers.Where(l => l.Name != "fc"), l => Assert.Equal(0, l.Channels!.After % 8));
    }

    [Fact]
    public void By_layer_every_layer_gives_up_the_same_share()
    {
        var result = Prune(ResNet, new() { Macs = 0.5, Scope = PruneScope.Layer });
        Assert.All(result.Layers.Where(l => l.Name != "fc"), l => Assert.InRange(l.Channels!.After / (double)l.Channels.Before, 0.6, 0.8));
    }

    [Theory]
    [InlineData(ChannelImportance.L1, 1)]
    [InlineData(ChannelImportance.L2, 0)]
    [InlineData(ChannelImportance.Bn, 2)]
    [InlineData(ChannelImportance.Taylor, 2)]
    [InlineData(ChannelImportance.Fisher, 1)]
    public void The_least_important_channel_goes(ChannelImportance importance, int gone)
    {
        // Rows (2, 2), (0, 3.5) and (3, 3): the sums of squares are 8, 12.25, 18.
        var model = Networks.Of(
            [
                new Node { OpType = "Conv", Name = "a", Inputs = ["x", "a.w"], Outputs = ["a"] }, Networks.Op("BatchNormalization", "a,s,b,m,v", "n"),
                new Node { OpType = "Conv", Name = "c", Inputs = ["n", "c.w"], Outputs = ["y"] },
            ],
            [
                Tensor.Of("a.w", [3, 2, 1, 1], [2f, 2, 0, 3.5f, 3, 3]), Tensor.Of("s", [3], [3f, 2, 1]), Tensor.Of("b", [3], new float[3]), Tensor.Of("m", [3], new float[3]),
                Tensor.Of("v", [3], [1f, 1, 1]), Tensor.Of("c.w", [1, 3, 1, 1], [1f, 1, 1]),
            ],
            [1, 2, 1, 1], [1, 1, 1, 1], "y");
        var gradients = importance == ChannelImportance.Taylor
            ? new Dictionary<string, float[]> { ["a.w"] = [1, 1, 0, 1, 1, -1] }
            : new Dictionary<string, float[]> { ["a.w"] = [1, 1, 9, 0.1f, 1, 1] };
        var result = Prune(model, new() { Macs = 0.7, Importance = importance }, gradients);
        Assert.Equal([.. ((float[])[3, 2, 1]).Where((_, i) => i != gone)], result.Model.Floats("s"));
        Assert.Equal([new("y", "it has one output channel")], result.LeftWhole.Select(l => l with { Layer = l.Layer == "c" ? "y" : l.Layer }));
    }

    [Fact]
    public void Gradients_must_fit() =>
        Assert.Equal("1 mean squared gradients are given for the 432 numbers of 'conv1.weight'", Assert.Throws<BadInputException>(() =>
            Prune(ResNet, new() { Macs = 0.5, Importance = ChannelImportance.Fisher }, new Dictionary<string, float[]> { ["conv1.weight"] = [1] })).Message);

    [Fact]
    public void The_same_model_gives_the_same_channels() =>
        Assert.Equal(Bytes(Prune(ResNet, new() { Macs = 0.4 }).Model), Bytes(Prune(ResNet, new() { Macs = 0.4 }).Model));

    [Fact]
    public void Layers_say_what_they_lost_and_the_classifier_why_it_lost_nothing()
    {
        var result = Prune(ResNet, new() { Macs = 0.5 });
        Assert.Equal(Layer.Of(new GraphIndex(ResNet.Graph)).Select(l => l.Name), result.Layers.Select(l => l.Name));
        Assert.All(result.Layers, l => Assert.InRange(l.Kept, 0.01, 1));
        Assert.Equal([new LeftWhole("fc", "they are the output 'scores'")], result.LeftWhole);
    }

    private static byte[] Bytes(Model model) => OnnxWriter.ToBytes(model);

    private static double Macs(Model model) => ModelProfile.Of(model).Macs;

    private static StepResult Prune(Model model, ChannelPruneOptions options, IReadOnlyDictionary<string, float[]>? gradients = null) =>
        ChannelPruner.Prune(model, options, ModelProfile.MacsByNode(model), gradients);
}
