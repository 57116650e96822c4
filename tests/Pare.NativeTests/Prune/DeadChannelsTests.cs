using Pare.Onnx;
using Pare.Ort;
using Pare.Prune;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Prune;

/// <summary>Networks with dead channels compute the same before and after their removal, on ONNX Runtime.</summary>
public sealed class DeadChannelsTests
{
    [Theory]
    [InlineData("lenet-300-100", 28, 1)]
    [InlineData("lenet-300-100", 28, 2)]
    [InlineData("lenet5", 28, 3)]
    [InlineData("lenet5", 28, 4)]
    [InlineData("squeezenet1.0", 48, 5)]
    [InlineData("squeezenet1.1", 48, 6)]
    public void The_outputs_stay_the_same(string network, int size, int seed)
    {
        var channels = network.StartsWith("lenet", StringComparison.Ordinal) ? 1 : 3;
        var model = Kill(ModelZoo.Build(network, new ZooOptions { InputShape = [channels, size, size], Classes = 10, Seed = seed }), new Random(seed), share: false);
        Check(model, [channels, size, size], seed);
    }

    [Theory]
    [InlineData("lenet-300-100", 1)]
    [InlineData("lenet5", 2)]
    public void Shared_weights_compute_the_same_too(string network, int seed) =>
        Check(Kill(ModelZoo.Build(network, new ZooOptions { Seed = seed }), new Random(seed), share: true), [1, 28, 28], seed);

    private static void Check(Model model, int[] shape, int seed)
    {
        var removal = DeadChannels.Remove(model);
        Assert.NotEmpty(removal.Layers);
        Assert.All(removal.Layers, l => Assert.True(l.After < l.Before));
        Assert.Equal(Layer.Of(new GraphIndex(model.Graph)).Count(), Layer.Of(new GraphIndex(removal.Model.Graph)).Count());
        var random = new Random(seed);
        var input = new float[3 * shape.Aggregate(1, (a, b) => a * b)];
        for (var i = 0; i < input.Length; i++) input[i] = (float)(random.NextDouble() * 2 - 1);
        using var before = new Predictor(model, shape);
        using var after = new Predictor(removal.Model, shape);
        var expected = before.Predict(input, 3).ToArray();
        var actual = after.Predict(input, 3).ToArray();
        // Sums run in another order, in float32.
        var tolerance = 1e-5 * Math.Max(1, expected.Max(MathF.Abs));
        Assert.True(expected.Max(MathF.Abs) > 1e-3);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
        Assert.Empty(DeadChannels.Remove(removal.Model).Layers);
    }

    /// <summary>Random biases; in each layer about a third of the outputs lose all weights and a quarter of the inputs are not looked at.</summary>
    private static Model Kill(Model model, Random random, bool share)
    {
        var index = new GraphIndex(model.Graph);
        var replacements = new Dictionary<string, Tensor>();
        var forms = new Dictionary<string, WeightForm>();
        foreach (var layer in Layer.Of(index))
        {
            var weights = index.Constant(layer.Weight)!;
            var values = weights.Floats.ToArray();
            if (share) Round(values);
            var (rows, columns) = ((int)weights.Shape[0], (int)weights.Shape[1]);
            var inner = values.Length / rows / columns;
            var deadRows = Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.33).ToArray();
            // A channel of a map feeds several columns after Flatten; runs of 64 hit whole channels now and then.
            var run = columns > 512 ? 64 : 1;
            var deadColumns = Enumerable.Range(0, columns / run + 1).Select(_ => random.NextDouble() < 0.25).ToArray();
            for (var i = 0; i < values.Length; i++)
                if (deadRows[i / inner / columns] || deadColumns[i / inner % columns / run]) values[i] = 0;
            replacements[layer.Weight] = Tensor.Of("", weights.Shape.AsSpan(), values);
            replacements[layer.Bias] = Tensor.Of("", [rows], [.. Enumerable.Range(0, rows).Select(_ => (float)random.NextDouble() - 0.4f)]);
            if (!share) continue;
            var codebook = values.Distinct().ToArray();
            forms[layer.Weight] = SharedWeight.Form(layer.Weight, weights.Shape.AsSpan(), codebook, [.. values.Select(v => (byte)Array.IndexOf(codebook, v))], 17);
        }
        return WeightForm.Replace(model with { Graph = model.Graph.ReplaceConstants(replacements) }, forms);
    }

    private static void Round(float[] values)
    {
        var step = values.Max(MathF.Abs) / 20;
        for (var i = 0; i < values.Length; i++) values[i] = MathF.Round(values[i] / step) * step;
    }
}
