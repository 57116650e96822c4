using Pare.Onnx;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Zoo;

public sealed class ModelZooTests
{
    [Theory]
    [InlineData("lenet-300-100", 266_610)]
    [InlineData("lenet5", 431_080)]
    [InlineData("alexnet", 60_965_224)]
    [InlineData("squeezenet1.0", 1_248_424)]
    [InlineData("squeezenet1.1", 1_235_496)]
    public void Networks_have_their_papers_number_of_parameters(string name, long parameters) =>
        Assert.Equal(parameters, ModelZoo.Build(name).Graph.Initializers.Sum(t => t.Count));

    [Theory]
    [InlineData("lenet-300-100")]
    [InlineData("lenet5")]
    [InlineData("squeezenet1.0")]
    [InlineData("squeezenet1.1")]
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
    [InlineData("SqueezeNet", "did you mean squeezenet1.0 or squeezenet1.1?")]
    [InlineData("vgg", "it has lenet-300-100, lenet5, alexnet")]
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
