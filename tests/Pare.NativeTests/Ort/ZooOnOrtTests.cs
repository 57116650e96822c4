using Microsoft.ML.OnnxRuntime;
using Pare.Onnx;
using Pare.Ort;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class ZooOnOrtTests
{
    public static TheoryData<string, GraphOptimizationLevel> NetworksAndLevels => new(
        from name in ModelZoo.Names
        from level in Enum.GetValues<GraphOptimizationLevel>()
        where name != "alexnet" || level == GraphOptimizationLevel.ORT_ENABLE_ALL
        select (name, level));

    [Theory]
    [MemberData(nameof(NetworksAndLevels))]
    public void Networks_run_at_every_optimization_level_and_give_different_finite_scores(string name, GraphOptimizationLevel level)
    {
        var model = ModelZoo.Build(name);
        int[] shape = [.. model.Graph.Inputs[0].Shape!.Value.Skip(1).Select(d => (int)d.Value!)];
        using var predictor = new Predictor(model, shape, new() { Optimization = level });
        var output = predictor.Run(Noise(2 * predictor.ExampleLength), 2)[0];
        Assert.Equal("scores", output.Name);
        Assert.Equal(2, output.Shape[0]);
        Assert.Equal(model.Graph.Outputs[0].Shape!.Value[1].Value, output.Shape[1]);
        Assert.All(output.Floats.ToArray(), v => Assert.True(float.IsFinite(v)));
        // He's start keeps the signal: scores neither die nor explode.
        Assert.InRange(output.Floats.ToArray().Max(), 0.01f, 100f);
    }

    [Fact]
    public void Sizes_the_builder_tracks_are_those_of_the_runtime()
    {
        var net = new GraphBuilder();
        var x = net.Input(4, 13, 10).Conv("conv1", 8, 3, stride: 2, pad: 1, bias: false).BatchNorm("bn1").Relu();
        x = x.Add(x.Conv("depthwise", 8, 3, pad: 1, groups: 8).BatchNorm("bn2"));
        x = x.Concat(x.Conv("grouped", 4, 1, groups: 2)).AveragePool(2).MaxPool(2, ceil: true);
        using var predictor = new Predictor(net.Build("small", x), [4, 13, 10]);
        var output = predictor.Run(Noise(3 * predictor.ExampleLength), 3)[0];
        Assert.Equal([3, 12, 2, 1], output.Shape);
        Assert.Equal((12, 2, 1), (x.Channels, x.Height, x.Width));
    }

    private static float[] Noise(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
