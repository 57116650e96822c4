using System.Runtime.InteropServices;
using Pare.Data;
using Pare.NativeTests.Torch;
using Pare.Onnx;
using Pare.Ort;
using Pare.Prune;
using Pare.Quantize;
using Pare.Quantize.Integer;
using Pare.Recipes;
using Pare.Torch;
using Pare.Torch.Training;
using Pare.Zoo;
using TorchSharp;
using Xunit;
using Tensor = Pare.Onnx.Tensor;

namespace Pare.NativeTests.Training;

/// <summary>Graphs whose weights and activations are codes, trained through the rounding.</summary>
public class QuantizedTrainingTests
{
    private static readonly DataSplits All = DataSource.Open("glyphs", new DataOptions(), (_, _) => throw new InvalidOperationException());
    private static readonly IDataset Examples = Subset.Draw(All.Train, 1500, 3), Unseen = Subset.Draw(All.Test, 500, 3);
    private static readonly TrainOptions Options = new() { Epochs = 2, BatchSize = 64, LearningRate = 2e-3, Seed = 5, Threads = 1 };
    private static readonly Lazy<Model> Float = new(() => Train(ModelZoo.Build("lenet-300-100"), Options with { Epochs = 4, BatchSize = 32 }));

    // x / s = 0.6, -1.3, 5, -9 with codes -2 to 1: rounded 1, -1, clipped to 1, clipped to -2.
    [Fact]
    public void A_weights_step_size_has_the_papers_gradient()
    {
        using var scope = torch.NewDisposeScope();
        using var graph = new TorchGraph(Product(scale: 0.5f, codes: [1, -1, 1, -2]), Learned.CodesAndScales);
        using (torch.no_grad()) graph.Parameters["w"].copy_(torch.tensor([0.3f, -0.65f, 2.5f, -4.5f]).reshape(4, 1));
        float[] factors = [1, 10, 100, 1000];
        var output = graph.Forward(torch.tensor(factors).reshape(1, 4), training: true);
        Assert.Equal(0.5f * (1 * 1 - 10 * 1 + 100 * 1 - 1000 * 2), output.item<float>(), 1e-3f);
        output.sum().backward();

        // Esser et al., equation 3, times 1 / sqrt(N · Qp) with N = 4 and Qp = 1.
        var step = (1 - 0.6f) * 1 + (-1 + 1.3f) * 10 + 1 * 100 - 2 * 1000;
        Assert.Equal(step / 2, graph.Parameters["s"].grad!.item<float>(), 1e-2f);
        Assert.Equal([1f, 10f, 0f, 0f], graph.Parameters["w"].grad!.data<float>().ToArray());
    }

    // x / s = 0.4, 3, -200, 300 around zero point 128: rounded 0 and 3, clipped to -128 and 127.
    [Fact]
    public void An_activations_step_size_and_zero_point_have_the_papers_gradients()
    {
        using var scope = torch.NewDisposeScope();
        var n = new Networks(1);
        using var graph = new TorchGraph(n.Build(n.Quantized("x", "q", 0.5f, 128), 13, null), Learned.CodesAndScales);
        var x = torch.tensor([0.2f, 1.5f, -100f, 150f]).reshape(1, 4).requires_grad_(true);
        var output = graph.Forward(x, training: true);
        Assert.Equal([0f, 1.5f, -64f, 63.5f], output.data<float>().ToArray());
        output.mul(torch.tensor([1f, 10f, 100f, 1000f])).sum().backward();

        Assert.Equal(-0.4 * 1 + 0 * 10 - 128 * 100 + 127 * 1000, graph.Parameters["q.scale"].grad!.item<float>() * Math.Sqrt(4 * 255), 0.1);
        // LSQ+: the offset -s · z moves what is clipped.
        Assert.Equal(-0.5 * (100 + 1000), graph.Parameters["q.zero"].grad!.item<float>(), 1e-2);
        Assert.Equal([1f, 10f, 0f, 0f], x.grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Trained_codes_keep_structure_types_and_range(int bits)
    {
        var quantized = Coded(Float.Value, bits);
        var (coded, trained) = (quantized.Model, Train(quantized));
        Assert.Equal(coded.Graph.Nodes, trained.Graph.Nodes);
        Assert.Equal(coded.Graph.Initializers.Select(t => (t.Name, t.Type, string.Join(',', t.Shape))), trained.Graph.Initializers.Select(t => (t.Name, t.Type, string.Join(',', t.Shape))));
        var weights = coded.Graph.Initializers.Where(t => t.Type == ElementType.Int8 && t.Shape.Length == 2).ToList();
        Assert.Equal(3, weights.Count);
        Assert.All(Codes(trained, weights[1].Name), c => Assert.InRange(c, bits == 8 ? -127 : -(1 << (bits - 1)), (1 << (bits - 1)) - 1));
        Assert.Contains(Codes(trained, weights[0].Name), c => Math.Abs((int)c) > 60);
        foreach (var weight in weights) Assert.NotEqual(Codes(coded, weight.Name), Codes(trained, weight.Name));
        foreach (var scale in trained.Graph.Initializers.Where(t => t.Name.EndsWith(".scale", StringComparison.Ordinal)))
        {
            Assert.All(scale.Floats.ToArray(), s => Assert.True(s > 0));
            Assert.NotEqual(coded.Graph.Initializers.First(t => t.Name == scale.Name).Floats.ToArray(), scale.Floats.ToArray());
        }
    }

    [Fact]
    public void Biases_keep_the_scale_of_the_products()
    {
        var graph = new GraphIndex(Train(Coded(Float.Value, 4)).Graph);
        foreach (var layer in Layer.Of(graph))
        {
            float[] Scale(int input) => graph.Constant(graph.Producer(layer.Node.Inputs[input])!.Inputs[1])!.Floats.ToArray();
            Assert.Equal(Scale(1).Select(s => s * Scale(0)[0]), Scale(2));
        }
    }

    [Fact]
    public void Scales_that_are_kept_stay_as_they_were_calibrated()
    {
        var coded = Coded(Float.Value, 4).Model;
        var trained = Train(coded, Options with { LearnScales = false });
        foreach (var fixedOne in coded.Graph.Initializers.Where(t => t.Type is ElementType.Float or ElementType.UInt8))
            Assert.Equal(fixedOne.Data.ToArray(), trained.Graph.Initializers.First(t => t.Name == fixedOne.Name).Data.ToArray());
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 2e-3)]
    [InlineData(OptimizerKind.Sgd, 0.02)]
    public void A_pruned_zero_keeps_code_0(OptimizerKind optimizer, double rate)
    {
        var coded = Coded(Pruner.Prune(Float.Value, new PruneOptions { Sparsity = 0.7 }).Model, 4).Model;
        var trained = Train(coded, Options with { Optimizer = optimizer, LearningRate = rate, WeightDecay = 1e-3 });
        foreach (var weight in coded.Graph.Initializers.Where(t => t.Type == ElementType.Int8 && t.Shape.Length == 2))
        {
            var (before, after) = (Codes(coded, weight.Name), Codes(trained, weight.Name));
            Assert.All(Enumerable.Range(0, before.Length).Where(i => before[i] == 0), i => Assert.Equal(0, after[i]));
            Assert.NotEqual(before, after);
        }
    }

    [Fact]
    public void Shared_weights_keep_their_codebooks_under_8_bit_activations()
    {
        var shared = Sharer.Share(Float.Value, new ShareOptions { Size = CodebookSize.OfBits(4) }).Model;
        var coded = Coded(shared, 8, keepShared: true).Model;
        var trained = Train(coded);
        var (before, after) = (new GraphIndex(shared.Graph), new GraphIndex(trained.Graph));
        Assert.Equal(coded.Graph.Nodes, trained.Graph.Nodes);
        foreach (var layer in Layer.Of(after))
        {
            Assert.Equal("DequantizeLinear", after.Producer(layer.Node.Inputs[0])!.OpType);
            Assert.Equal(SharedWeight.Find(before, layer.Weight)!.Codes.Data.ToArray(), SharedWeight.Find(after, layer.Weight)!.Codes.Data.ToArray());
            Assert.NotEqual(SharedWeight.Find(before, layer.Weight)!.Codebook.Floats.ToArray(), SharedWeight.Find(after, layer.Weight)!.Codebook.Floats.ToArray());
        }
    }

    [Theory]
    [InlineData("lenet-300-100", 2)]
    [InlineData("lenet5", 4)]
    public void What_training_computes_is_what_the_file_computes(string network, int bits)
    {
        var trained = Train(Coded(ModelZoo.Build(network), bits), Options with { Epochs = 1 });
        using var scope = torch.NewDisposeScope();
        using var graph = new TorchGraph(trained, Learned.CodesAndScales);
        using var session = new OrtModel(trained, new OrtOptions { Threads = 1 });
        var input = Enumerable.Range(0, 8 * 784).Select(i => 0.5f + 0.5f * MathF.Sin(i * 0.37f)).ToArray();
        var torchs = graph.Forward(torch.tensor(input).reshape(8, 1, 28, 28), training: false).data<float>().ToArray();
        var orts = session.Run(Tensor.Of("input", [8, 1, 28, 28], input))[0].Floats.ToArray();
        // A sum that lies between two codes may fall to either side, since kernels add in another order.
        var step = orts.Max(MathF.Abs) / 127;
        Assert.All(torchs.Zip(orts), p => Assert.InRange(p.First - p.Second, -3 * step, 3 * step));
        Assert.True(torchs.Zip(orts).Count(p => MathF.Abs(p.First - p.Second) < step / 100) > orts.Length / 2);
    }

    [Fact]
    public void Two_bits_trained_are_better_than_two_bits_rounded()
    {
        var rounded = Coded(Float.Value, 2, edgeBits: 2);
        var trained = Train(rounded);
        var (before, after) = (Trainer.Score(rounded.Model, Unseen, new Preprocess()), Trainer.Score(trained, Unseen, new Preprocess()));
        Assert.True(after.Loss < 0.95 * before.Loss, $"{before} rounded, {after} trained");
        Assert.True(after.Value > before.Value, $"{before} rounded, {after} trained");
    }

    [Fact]
    public void A_resumed_run_ends_in_the_same_bytes() => Interruption.ChangesNothing(Job(Coded(Float.Value, 4), Options) with { EditEvery = 3 }, at: 0.6);

    [Fact]
    public void A_resumed_run_of_a_pruned_network_ends_in_the_same_bytes()
    {
        var coded = Coded(Pruner.Prune(Float.Value, new PruneOptions { Sparsity = 0.5 }).Model, 4);
        // Pushed about, weights stand at code 0 that are none of the pruned ones.
        Interruption.ChangesNothing(Job(coded, Options with { LearningRate = 2e-2 }) with { EditEvery = 3 }, at: 0.6);
    }

    [Fact]
    public void A_zero_point_at_the_lowest_code_stays_and_others_stay_codes()
    {
        using var scope = torch.NewDisposeScope();
        Assert.DoesNotContain("z", Signed(-128).Parameters.Keys);
        using var graph = Signed(-127);
        using (torch.no_grad()) graph.Parameters["z"].fill_(-135);
        // With the zero point at -128, where the file can have it, 0 stays 0.
        Assert.Equal([0f, 1f], graph.Forward(torch.tensor(new[] { -3f, 1f }, [1, 2]), training: true).data<float>().ToArray());

        static TorchGraph Signed(sbyte zero)
        {
            var n = new Networks(1);
            string[] grid = [n.Constant(Tensor.Of("s", [], [0.5f])), n.Constant(Tensor.Create("z", ElementType.Int8, [], new[] { zero }))];
            return new TorchGraph(n.Build(n.Node("DequantizeLinear", [n.Node("QuantizeLinear", ["x", .. grid]), .. grid]), 13, null, 2), Learned.CodesAndScales);
        }
    }

    [Fact]
    public void An_edit_that_changes_nothing_changes_nothing()
    {
        var coded = Coded(Float.Value, 4);
        var name = Assert.Single(coded.Real.Keys, k => k.Contains("ip2", StringComparison.Ordinal));
        var edited = Trainer.Train(Job(coded, Options) with { Edit = (_, model, _) => model, EditEvery = 3 }).Model;
        var (plain, other) = (Codes(Train(coded), name), Codes(edited, name));
        // Zero points, and weights clipped past the outermost code's half step, are rounded at an edit.
        Assert.InRange(plain.Zip(other).Count(p => p.First != p.Second), 0, plain.Length / 50);
    }

    private static Model Product(float scale, sbyte[] codes)
    {
        var n = new Networks(1);
        n.Constant(Tensor.Create("w", ElementType.Int8, [4, 1], codes));
        n.Constant(Tensor.Of("s", [], [scale]));
        return n.Build(n.Node("MatMul", ["x", n.Node("DequantizeLinear", ["w", "s"])]), 13, null, 4);
    }

    private static sbyte[] Codes(Model model, string name) => MemoryMarshal.Cast<byte, sbyte>(model.Graph.Initializers.First(t => t.Name == name).Data.Span).ToArray();

    private static Int8Result Coded(Model model, int bits, int edgeBits = 8, bool keepShared = false)
    {
        var network = Int8Network.Prepare(model, new Int8Options { WeightBits = bits, EdgeBits = edgeBits, KeepShared = keepShared });
        var inputs = CalibrationData.Of(network.Float, network.Observed, Subset.Draw(Examples, 64, 1), new Preprocess());
        return network.Write(new Calibration(RangeCollector.Collect(network.Float, network.Observed, network.ChannelAxes, inputs, histograms: true)));
    }

    private static Model Train(Model model, TrainOptions? options = null) => Trainer.Train(Job(model, options ?? Options)).Model;

    private static Model Train(Int8Result coded, TrainOptions? options = null) => Trainer.Train(Job(coded, options ?? Options)).Model;

    private static TrainJob Job(Int8Result coded, TrainOptions options) => Job(coded.Model, options) with { Real = coded.Real };

    private static TrainJob Job(Model model, TrainOptions options) => new() { Model = model, Train = Examples, Preprocess = new Preprocess(), Options = options };
}
