using Pare.Onnx;
using Pare.Profile;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Zoo;

public sealed class ModelZooTests
{
    // Parameters as published, and multiply-adds at the paper's resolution where its table or its authors' code fixes them.
    [Theory]
    [InlineData("lenet-300-100", 266_610, 0.266)]
    [InlineData("lenet5", 431_080, 2.293)]
    [InlineData("alexnet", 60_965_224, 724.4)]
    [InlineData("alexnet-ungrouped", 61_100_840, 714.2)]
    [InlineData("vgg16", 138_357_544, 15_470.3)]
    [InlineData("resnet20", 269_722, 40.55)]
    [InlineData("resnet56", 853_018, 125.5)]
    [InlineData("squeezenet1.0", 1_248_424, 861.3)]
    [InlineData("squeezenet1.0-bypass", 1_248_424, 861.3)]
    [InlineData("squeezenet1.1", 1_235_496, 387.7)]
    [InlineData("mobilenet", 4_231_976, 568.74)]
    [InlineData("mobilenetv2", 3_504_872, 300.77)]
    public void Networks_cost_what_their_papers_say(string name, long parameters, double millionMacs)
    {
        var profile = ModelProfile.Of(ModelZoo.Build(name));
        Assert.Equal(parameters, profile.Parameters);
        Assert.Equal(1, profile.Macs / 1e6 / millionMacs, 0.001);
    }

    // With the statistics of its normalisation, as its source counts.
    [Fact]
    public void The_landmark_network_costs_what_its_source_says()
    {
        var model = ModelZoo.Build("landmark-net");
        Assert.Equal(242_186, model.Graph.Initializers.Where(t => t.Shape.Length > 0).Sum(t => t.Count));
        Assert.Equal(4.72, ModelProfile.Of(model).Macs / 1e6, 0.005);
    }

    [Theory]
    [InlineData("shufflenet-g1", 1.532, 142.50)]
    [InlineData("shufflenet-g2", 1.734, 140.04)]
    [InlineData("shufflenet-g3", 1.866, 136.50)]
    [InlineData("shufflenet-g3-noshuffle", 1.866, 136.50)]
    [InlineData("shufflenet-g4", 1.968, 133.25)]
    [InlineData("shufflenet-g8", 2.435, 136.83)]
    public void ShuffleNets_cost_what_their_table_says(string name, double millionParameters, double millionConvMacs)
    {
        var profile = ModelProfile.Of(ModelZoo.Build(name));
        Assert.Equal(millionParameters, profile.Parameters / 1e6, 0.0005);
        Assert.Equal(millionConvMacs, profile.Nodes.Where(n => n.OpType == "Conv").Sum(n => n.Macs!.Value) / 1e6, 0.001 * millionConvMacs);
    }

    [Fact]
    public void The_compact_head_costs_less_time_and_the_same_space()
    {
        var profile = ModelProfile.Of(ModelZoo.Build("compact-mnet"));
        Assert.Equal(4.21, profile.Parameters / 1e6, 0.005);
        Assert.Equal(471, profile.Macs / 1e6, 0.5);
    }

    // Howard et al. 2017, table 6.
    [Theory]
    [InlineData(0.75, 325)]
    [InlineData(0.5, 149)]
    [InlineData(0.25, 41)]
    public void A_width_scales_mobilenet_as_its_paper_does(double width, double millionMacs) =>
        Assert.Equal(millionMacs, ModelProfile.Of(ModelZoo.Build("mobilenet", new() { Width = width })).Macs / 1e6, 0.6);

    // Zhang et al. 2018, section 3.1: with nine channels in three groups.
    [Fact]
    public void A_shuffle_takes_one_channel_of_each_group_in_turn()
    {
        var net = new GraphBuilder();
        var model = net.Build("shuffle", net.Input(9, 1, 1).Shuffle(3));
        var channels = Tensor.Of("input", [1, 9, 1, 1], [1f, 2, 3, 4, 5, 6, 7, 8, 9]);
        var constant = model with { Graph = model.Graph with { Inputs = [], Initializers = [.. model.Graph.Initializers, channels] } };
        Assert.Equal([1f, 4, 7, 2, 5, 8, 3, 6, 9], WeightValues.Dense(new GraphIndex(constant.Graph), "scores"));
    }

    [Fact]
    public void A_small_picture_keeps_its_size_through_the_stem()
    {
        foreach (var name in ModelZoo.Names.Where(n => n is not ("lenet-300-100" or "lenet5" or "landmark-net")))
        {
            var profile = ModelProfile.Of(ModelZoo.Build(name, new() { InputShape = [3, 32, 32], Classes = 10, Width = 0.25 }));
            Assert.Equal([32L, 32L], profile.Nodes[0].OutputShape!.Value[2..].Select(d => d.Value!.Value));
        }
    }

    public static TheoryData<string> Small => [.. ModelZoo.Names.Where(n => n is not ("vgg16" or "alexnet" or "alexnet-ungrouped"))];

    [Theory]
    [MemberData(nameof(Small))]
    public void Networks_are_valid_graphs(string name)
    {
        var model = ModelZoo.Build(name);
        GraphSpec.Verify(model);
        GraphSpec.CheckFinite(model);
    }

    [Fact]
    public void The_same_seed_gives_the_same_file_and_another_seed_another()
    {
        var first = OnnxWriter.ToBytes(ModelZoo.Build("lenet5", new() { Seed = 3 }));
        Assert.Equal(first, OnnxWriter.ToBytes(ModelZoo.Build("lenet5", new() { Seed = 3 })));
        Assert.NotEqual(first, OnnxWriter.ToBytes(ModelZoo.Build("lenet5", new() { Seed = 4 })));
    }

    [Fact]
    public void The_graph_of_lenet5_costs_few_bytes_beyond_its_weights()
    {
        var model = ModelZoo.Build("lenet5");
        var payload = model.Graph.Initializers.Sum(t => t.Data.Length);
        Assert.InRange(OnnxWriter.ToBytes(model).Length - payload, 0, 800);
    }

    [Fact]
    public void Layers_are_named_as_in_the_paper()
    {
        var layers = Layer.Of(new GraphIndex(ModelZoo.Build("alexnet").Graph)).Select(l => l.Name);
        Assert.Equal(["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"], layers);
    }

    [Fact]
    public void Input_shape_and_classes_can_be_chosen()
    {
        var graph = ModelZoo.Build("squeezenet1.1", new() { InputShape = [1, 64, 48], Classes = 7 }).Graph;
        Assert.Equal("batch,1,64,48", string.Join(',', graph.Inputs[0].Shape!.Value));
        Assert.Equal("batch,7", string.Join(',', graph.Outputs[0].Shape!.Value));
    }

    [Theory]
    [InlineData("lenet-5", "did you mean lenet5?")]
    [InlineData("SqueezeNet", "did you mean squeezenet1.0 or squeezenet1.0-bypass or squeezenet1.1 or squeezenet1.1-bypass?")]
    [InlineData("inception", "it has lenet-300-100, lenet5, alexnet")]
    public void An_unknown_name_is_answered_with_close_ones(string name, string answer)
    {
        Assert.False(ModelZoo.Contains(name));
        Assert.Contains(answer, Assert.Throws<BadInputException>(() => ModelZoo.Build(name)).Message);
    }

    [Fact]
    public void What_does_not_suit_a_network_is_refused_in_one_line()
    {
        Assert.Equal("layer 'conv2': its input of 2x2 is smaller than the window of 5x5; a larger input shape is needed", Refusal(new() { InputShape = [1, 8, 8] }));
        Assert.Equal("input shape 1x28; three numbers are needed: channels, height, width", Refusal(new() { InputShape = [1, 28] }));
        Assert.Equal("input shape 1x0x28; each number is at least 1 and their product at most 67108864", Refusal(new() { InputShape = [1, 0, 28] }));
        Assert.Equal("0 classes; at least 1 is needed", Refusal(new() { Classes = 0 }));
        Assert.Contains("at most", Refusal(new() { Classes = int.MaxValue }));
    }

    private static string Refusal(ZooOptions options) => Assert.Throws<BadInputException>(() => ModelZoo.Build("lenet5", options)).Message;
}
