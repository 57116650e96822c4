using Microsoft.ML.OnnxRuntime;
using Pare.Onnx;
using Pare.Ort;
using Pare.Torch;
using Pare.Zoo;
using TorchSharp;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class ZooOnOrtTests
{
    /// <summary>Both sum in float32, in another order, through up to a hundred layers.</summary>
    private const double RelativeError = 1e-4;

    public static TheoryData<string> Names => [.. ModelZoo.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Networks_give_the_same_scores_on_torch_and_at_every_optimization_level(string name)
    {
        var model = ModelZoo.Build(name);
        int[] shape = [.. model.Graph.Inputs[0].Shape!.Value.Skip(1).Select(d => (int)d.Value!)];
        var input = Noise(2 * shape.Aggregate((a, b) => a * b));
        var expected = OnTorch(model, input, [2, .. shape.Select(d => (long)d)]);
        Assert.All(expected, v => Assert.True(float.IsFinite(v)));
        // He's start keeps the signal. Residual sums grow, since untrained running statistics do not normalise them.
        Assert.True(expected.Max() > 0.01f);
        foreach (var level in Enum.GetValues<GraphOptimizationLevel>())
        {
            using var predictor = new Predictor(model, shape, new() { Optimization = level });
            var output = predictor.Run(input, 2)[0];
            Assert.Equal(model.Graph.Outputs[0].Name, output.Name);
            Assert.Equal([2, model.Graph.Outputs[0].Shape!.Value[1].Value!.Value], output.Shape);
            var error = expected.Zip(output.Floats.ToArray(), (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
            Assert.True(error <= RelativeError, $"{level}: {error}");
        }
    }

    private static float[] OnTorch(Model model, float[] input, long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        using var graph = new TorchGraph(model);
        return graph.Forward(torch.tensor(input, shape), training: false).data<float>().ToArray();
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
