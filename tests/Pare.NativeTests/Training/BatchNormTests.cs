using Pare.Data;
using Pare.NativeTests.Torch;
using Pare.Onnx;
using Pare.Ort;
using Pare.Prune;
using Pare.Quantize;
using Pare.Recipes;
using Pare.Torch.Training;
using Xunit;

namespace Pare.NativeTests.Training;

public sealed class BatchNormTests
{
    private static readonly TrainOptions Options = new() { Epochs = 3, BatchSize = 32, LearningRate = 5e-3, Seed = 5, Threads = 1, BatchNorm = true };

    [Fact]
    public void Put_behind_convolutions_and_folded_again_nothing_changes()
    {
        var model = Network();
        var sites = BatchNorms.Sites(model);
        Assert.Equal(2, sites.Count);
        var inserted = BatchNorms.Insert(model, sites.ToDictionary(s => s, s => (Mean: Drawn(s == sites[0] ? 8 : 16, -0.5f), Variance: Drawn(s == sites[0] ? 8 : 16, 0))));
        Assert.Equal(2, inserted.Graph.Nodes.Count(n => n.Is("BatchNormalization")));
        GraphSpec.Verify(inserted);
        AssertSame(model, inserted);
        var folded = BatchNorms.Fold(inserted, model, new Dictionary<string, float[]>()).Model;
        Assert.Equal(model.Graph.Nodes.Select(n => n.OpType), folded.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal(model.Graph.Initializers.Select(t => t.Name).Order(), folded.Graph.Initializers.Select(t => t.Name).Order());
        AssertSame(model, folded);
    }

    [Fact]
    public void A_trained_network_has_none_and_computes_what_training_scored()
    {
        var job = Job(Network());
        var result = Trainer.Train(job);
        Assert.DoesNotContain(result.Model.Graph.Nodes, n => n.Is("BatchNormalization"));
        Assert.True(result.Validation!.Value > 0.9, $"validation {result.Validation.Value}");
        Assert.Equal(result.Validation.Value, Trainer.Score(result.Model, job.Validation!, job.Preprocess).Value, 0.01);
        var own = new GraphIndex(result.Model.Graph);
        Assert.All(result.MeanSquaredGradients, g => Assert.Equal(own.Constant(g.Key)!.Count, g.Value.Length));
        Assert.Contains("conv1.b", result.MeanSquaredGradients.Keys);
    }

    [Fact]
    public void The_networks_own_stays()
    {
        var n = new Networks(1);
        var model = n.Build(n.Dense(n.Node("Flatten", [n.Node("Relu", [n.Conv(n.BatchNorm(n.Conv("x", "conv1", 4, 1, 3, pad: 1), "norm", 4), "conv2", 4, 4, 3, pad: 1)])]), "ip", 4, 256), 13, null, 1, 8, 8);
        Assert.Single(BatchNorms.Sites(model));
        var trained = Trainer.Train(Job(model) with { Options = Options with { Epochs = 1 } }).Model;
        Assert.Equal("norm.scale", Assert.Single(trained.Graph.Nodes, node => node.Is("BatchNormalization")).Inputs[1]);
    }

    [Fact]
    public void Pruned_zeros_stay_and_shared_weights_are_left_without()
    {
        var pruned = Pruner.Prune(Network(), new PruneOptions { Sparsity = 0.7 }).Model;
        var trained = new GraphIndex(Trainer.Train(Job(pruned)).Model.Graph);
        foreach (var layer in Layer.Of(new GraphIndex(pruned.Graph)))
        {
            var (before, after) = (new GraphIndex(pruned.Graph).Constant(layer.Weight)!.Floats.ToArray(), trained.Constant(layer.Weight)!.Floats.ToArray());
            Assert.All(before.Zip(after), w => Assert.Equal(w.First == 0, w.Second == 0));
            // A zero that became -0 would cost a value of its own.
            Assert.All(after.Where(w => w == 0), w => Assert.Equal(0, BitConverter.SingleToInt32Bits(w)));
        }
        Assert.Empty(BatchNorms.Sites(Sharer.Share(Network(), new ShareOptions { Size = CodebookSize.OfBits(3) }).Model));
    }

    [Fact]
    public void A_resumed_run_ends_in_the_same_bytes() => Interruption.ChangesNothing(Job(Network()) with { EditEvery = 5 }, at: 0.5);

    private static TrainJob Job(Model model) => new()
    {
        Model = model, Train = Corners.Draw(400, seed: 1, label: c => c), Validation = Corners.Draw(100, seed: 2, label: c => c), Preprocess = new Preprocess { Scale = 1 }, Options = Options,
    };

    private static Model Network()
    {
        var n = new Networks(7);
        var h = n.Node("Relu", [n.Conv("x", "conv1", 8, 1, 3, pad: 1)]);
        h = n.Node("Relu", [n.Conv(h, "conv2", 16, 8, 3, stride: 2, pad: 1)]);
        return n.Build(n.Dense(n.Node("Flatten", [h]), "ip", 4, 256), 13, null, 1, 8, 8);
    }

    private static float[] Drawn(int count, float least) => [.. Enumerable.Range(0, count).Select(i => least + 0.1f * (i * 7 % 11))];

    private static void AssertSame(Model expected, Model actual)
    {
        var input = Tensor.Of("x", [2, 1, 8, 8], [.. Enumerable.Range(0, 128).Select(i => MathF.Sin(i))]);
        using OrtModel a = new(expected, new OrtOptions { Threads = 1 }), b = new(actual, new OrtOptions { Threads = 1 });
        Assert.All(a.Run(input)[0].Floats.ToArray().Zip(b.Run(input)[0].Floats.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-4f));
    }
}
