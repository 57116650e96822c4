using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Pare.Data;
using Pare.NativeTests.Ort;
using Pare.Onnx;
using Pare.Ort;
using Pare.Quantize;
using Pare.Quantize.Integer;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Quantize;

/// <summary>8-bit networks as ONNX Runtime loads them.</summary>
public class Int8OnOnnxRuntimeTests
{
    private static readonly ArrayDataset Pictures = new(24, [3, 32, 32], i => i % 10, (i, j) => 128 + 100 * MathF.Sin(i + j * 0.13f * (1 + i % 5)));
    private static readonly Preprocess UnitScale = new();

    [Theory]
    [InlineData("resnet20", false)]
    [InlineData("resnet20", true)]
    [InlineData("squeezenet1.1", false)]
    public void Every_layer_is_fused(string name, bool perTensor)
    {
        var (_, result) = Quantize(name, new Int8Options { PerTensor = perTensor });
        var fusion = FusionCheck.Of(result.Model);
        Assert.Empty(fusion.FloatLayers);
        Assert.Equal(result.Layers.Length, fusion.Fused);
        Assert.All(result.Layers, l => Assert.True(l.IsInteger, l.Reason));
        // The input goes in, and what is last comes out.
        Assert.InRange(fusion.Conversions, 1, 2);
    }

    [Theory]
    [InlineData("resnet20", RangeMethod.MinMax)]
    [InlineData("resnet20", RangeMethod.Average)]
    [InlineData("resnet20", RangeMethod.Percentile)]
    [InlineData("resnet20", RangeMethod.Mse)]
    [InlineData("squeezenet1.1", RangeMethod.Mse)]
    [InlineData("mobilenetv2", RangeMethod.Mse)]
    public void Outputs_stay_near_the_float_networks(string name, RangeMethod method)
    {
        var (network, result) = Quantize(name, new Int8Options { Method = method });
        var distance = new OutputDistance(network.Float, CalibrationData.Of(network.Float, network.Observed, Pictures, UnitScale));
        Assert.InRange(distance.Of(result.Model), 0, 0.2);
    }

    [Theory]
    [InlineData(GraphOptimizationLevel.ORT_DISABLE_ALL)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_BASIC)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_EXTENDED)]
    public void Every_optimization_level_gives_the_same(GraphOptimizationLevel level)
    {
        var (network, result) = Quantize("resnet20", new Int8Options());
        var inputs = CalibrationData.Of(network.Float, network.Observed, Pictures, UnitScale);
        // A step of an activation's scale here and there: kernels round products in another order.
        Assert.InRange(new OutputDistance(result.Model, inputs, new OrtOptions { Optimization = level }).Of(result.Model, new OrtOptions()), 0, 0.05);
    }

    [Fact]
    public void Observed_ranges_are_the_values_own()
    {
        var x = ValueInfo.Of("x", ElementType.Float, new Dimension(null, "N"), 2);
        var model = new Model { Graph = new Graph { Name = "g", Inputs = [x], Outputs = [x with { Name = "y" }], Nodes = [new Node { OpType = "Neg", Inputs = ["x"], Outputs = ["y"] }] } };
        ImmutableArray<Tensor>[] batches = [[Tensor.Of("x", [2, 2], [1f, 2, 3, 4])], [Tensor.Of("x", [1, 2], [-2f, 10])]];
        var ranges = RangeCollector.Collect(model, ["x", "y"], new Dictionary<string, int> { ["x"] = 1 }, new CalibrationInputs(() => batches, 3), histograms: true);
        Assert.Equal((-2f, 10f, -0.5f, 7f), (ranges["x"].Min, ranges["x"].Max, ranges["x"].MeanMin, ranges["x"].MeanMax));
        Assert.Equal((-10f, 2f), (ranges["y"].Min, ranges["y"].Max));
        Assert.Equal([2 / 3.0, 16 / 3.0], ranges["x"].ChannelMeans);
        Assert.Equal(6, ranges["y"].Histogram!.Total);
    }

    [Fact]
    public void Codes_are_the_runtimes_own()
    {
        var values = Enumerable.Range(-300, 600).Select(i => i * 0.25f).ToArray();
        foreach (var map in new[] { Affine.FromRange(-20, 31, CodeRange.UInt8), Affine.FromRange(-3, 60, CodeRange.Int8), new Affine(0.5f, 3, CodeRange.UInt8) })
        {
            var model = new Model
            {
                Graph = new Graph
                {
                    Name = "g", Inputs = [ValueInfo.Of("x", ElementType.Float, values.Length)], Outputs = [ValueInfo.Of("y", map.Codes.Type, values.Length)],
                    Initializers = [Tensor.Of("s", [], [map.Scale]), new Tensor { Name = "z", Type = map.Codes.Type, Shape = [], Data = new[] { unchecked((byte)map.ZeroPoint) } }],
                    Nodes = [new Node { OpType = "QuantizeLinear", Inputs = ["x", "s", "z"], Outputs = ["y"] }],
                },
            };
            using var session = new OrtModel(model);
            Assert.Equal(session.Run(Tensor.Of("x", [values.Length], values))[0].Data.ToArray(), values.Select(v => unchecked((byte)map.Encode(v))));
        }
    }

    [Fact]
    public void Min_max_weights_run_as_they_decode()
    {
        var made = MinMax8.Quantize(ModelZoo.Build("lenet5")).Model;
        var index = new GraphIndex(made.Graph);
        var dense = WeightForm.Replace(made, Layer.Of(index).ToDictionary(l => l.Weight, l => WeightForm.Dense(WeightValues.Resolve(index, l.Weight) with { Name = l.Weight })));
        using OrtModel a = new(made), b = new(dense);
        var input = Tensor.Of("input", [1, 1, 28, 28], [.. Enumerable.Range(0, 784).Select(i => i / 784f)]);
        var difference = a.Run(input)[0].Floats.ToArray().Zip(b.Run(input)[0].Floats.ToArray(), (p, q) => Math.Abs(p - q)).Max();
        Assert.InRange(difference, 0, 1e-4);
    }

    [Fact]
    public void Four_bit_blocks_become_MatMulNBits()
    {
        var made = Int4Weights.Quantize(ModelZoo.Build("lenet-300-100"));
        Assert.Equal(3, FusionCheck.Of(made.Model).Counts.GetValueOrDefault("MatMulNBits"));
    }

    [Fact]
    public void Sensitive_layers_go_back_until_the_promise_holds()
    {
        var network = Int8Network.Prepare(ModelZoo.Build("resnet20", new() { InputShape = [3, 32, 32] }), new Int8Options());
        var inputs = CalibrationData.Of(network.Float, network.Observed, Pictures, UnitScale);
        var ranges = RangeCollector.Collect(network.Float, network.Observed, network.ChannelAxes, inputs, histograms: true);
        var distance = new OutputDistance(network.Float, inputs);
        var whole = 100 * distance.Of(network.Write(new Calibration(ranges)).Model);
        var tuned = new Int8Tuner(network, new Calibration(ranges), new TuneOptions { SizeFirst = true, MaxDrop = whole / 2, Drop = m => 100 * distance.Of(m), OutputError = m => distance.Of(m) }).Run();
        Assert.NotEmpty(tuned.Undone);
        Assert.All(tuned.Undone.Values, reason => Assert.StartsWith("sensitive", reason, StringComparison.Ordinal));
        Assert.InRange(tuned.Undone.Count, 1, network.Layers.Count - 1);
        Assert.InRange(100 * (1 - distance.Agreement(tuned.Result.Model).Value), 0, whole / 2 + 1e-9);
    }

    private static (Int8Network Network, Int8Result Result) Quantize(string name, Int8Options options)
    {
        var network = Int8Network.Prepare(ModelZoo.Build(name, new() { InputShape = [3, 32, 32], Classes = 10 }), options);
        var inputs = CalibrationData.Of(network.Float, network.Observed, Pictures, UnitScale);
        var ranges = RangeCollector.Collect(network.Float, network.Observed, network.ChannelAxes, inputs, RangeChoice.NeedsHistogram(options.Method));
        return (network, network.Write(new Calibration(ranges)));
    }

    // Sizes and pads that leave rows and columns over on either side.
    [Theory]
    [InlineData(7, 0, 33)]
    [InlineData(7, 3, 32)]
    [InlineData(3, 1, 32)]
    [InlineData(3, 0, 31)]
    [InlineData(2, 0, 32)]
    [InlineData(5, 2, 30)]
    public void A_picture_in_blocks_gives_the_same_sums(int kernel, int pad, int size)
    {
        var b = new GraphBuilder(5);
        var model = b.Build("stem", b.Input(3, size, size).Conv("first", 12, kernel, stride: 2, pad: pad).Relu().Conv("second", 8, 3, stride: 2, pad: 1).Flatten().Dense("fc", 10));
        var pictures = new ArrayDataset(24, [3, size, size], i => i % 10, (i, j) => 128 + 100 * MathF.Sin(i + j * 0.13f * (1 + i % 5)));
        var network = Int8Network.Prepare(model, new Int8Options());
        var inputs = CalibrationData.Of(network.Float, network.Observed, pictures, UnitScale);
        var written = network.Write(new Calibration(RangeCollector.Collect(network.Float, network.Observed, network.ChannelAxes, inputs, histograms: true))).Model;
        var blocks = PictureBlocks.Apply(written);
        GraphSpec.Verify(blocks);
        Assert.Equal(["first"], blocks.Graph.Nodes.Where(n => n.OpType == "Conv" && n.Ints("strides").SequenceEqual([1L, 1L])).Select(n => n.Name));
        Assert.Equal(0, new OutputDistance(written, inputs).Of(blocks));
        Assert.Empty(FusionCheck.Of(blocks).FloatLayers);
        Assert.Same(blocks, PictureBlocks.Apply(blocks));
    }

    [Fact]
    public void What_goes_into_a_Concat_alone_has_its_codes()
    {
        var (network, result) = Quantize("squeezenet1.1", new Int8Options());
        var index = new GraphIndex(result.Model.Graph);
        var concats = result.Model.Graph.Nodes.Where(n => n.OpType == "Concat").ToList();
        Assert.Equal(8, concats.Count);
        Assert.All(concats, c => Assert.Single(c.Inputs.Select(i => index.Producer(i)!.Inputs[1]).Append(index.Consumers(c.Outputs[0]).Single().Inputs[1]).Distinct()));
    }

    [Fact]
    public void A_Relu_that_codes_do_the_work_of_keeps_its_own_before_a_Concat()
    {
        // One branch is cut off at 0, the other is not: what comes out has codes below 0.
        var b = new GraphBuilder(9);
        var stem = b.Input(3, 16, 16).Conv("stem", 8, 3, pad: 1).Relu();
        var model = b.Build("branches", stem.Conv("cut", 8, 1).Relu().Concat(stem.Conv("free", 8, 1)).Conv("after", 8, 1).Flatten().Dense("fc", 10));
        var pictures = new ArrayDataset(24, [3, 16, 16], i => i % 10, (i, j) => 128 + 100 * MathF.Sin(i + j * 0.13f * (1 + i % 5)));
        var network = Int8Network.Prepare(model, new Int8Options());
        var inputs = CalibrationData.Of(network.Float, network.Observed, pictures, UnitScale);
        var made = network.Write(new Calibration(RangeCollector.Collect(network.Float, network.Observed, network.ChannelAxes, inputs, histograms: true))).Model;
        Assert.InRange(new OutputDistance(network.Float, inputs).Of(made), 0, 0.05);
        var index = new GraphIndex(made.Graph);
        var parts = made.Graph.Nodes.Single(n => n.OpType == "Concat").Inputs.Select(i => index.Producer(i)!.Inputs[1]).ToList();
        Assert.NotEqual(parts[0], parts[1]);
    }
}
