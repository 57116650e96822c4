using System.Runtime.InteropServices;
using Pare.Data;
using Pare.Onnx;
using Pare.Prune;
using Pare.Quantize;
using Pare.Recipes;
using Pare.Torch.Training;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Training;

/// <summary>Training on a small made-up task: which of four corners of a picture is bright.</summary>
public class TrainerTests
{
    private static readonly TrainOptions Options = new() { Epochs = 3, BatchSize = 32, LearningRate = 2e-3, Seed = 5, Threads = 1 };

    [Fact]
    public void Training_learns_the_task()
    {
        var result = Trainer.Train(Job(Network()));
        Assert.True(result.Validation!.Value > 0.95, $"validation {result.Validation.Value}");
        Assert.True(result.Epochs[^1].TrainLoss < result.Epochs[0].TrainLoss);
        Assert.Equal(3, result.Epochs.Count);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.AdamW)]
    public void Every_optimizer_learns_the_task(OptimizerKind optimizer)
    {
        var rate = optimizer == OptimizerKind.Sgd ? 0.05 : 2e-3;
        var result = Trainer.Train(Job(Network()) with { Options = Options with { Optimizer = optimizer, LearningRate = rate, WeightDecay = 1e-3 } });
        Assert.True(result.Validation!.Value > 0.95, $"{optimizer}: validation {result.Validation.Value}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var first = OnnxWriter.ToBytes(Trainer.Train(Job(Network())).Model);
        Assert.Equal(first, OnnxWriter.ToBytes(Trainer.Train(Job(Network())).Model));
        Assert.NotEqual(first, OnnxWriter.ToBytes(Trainer.Train(Job(Network()) with { Options = Options with { Seed = 6 } }).Model));
    }

    [Fact]
    public void A_pruned_zero_stays_zero_under_every_optimizer_and_decay()
    {
        var pruned = Pruner.Prune(Network(), new PruneOptions { Sparsity = 0.8 }).Model;
        foreach (var optimizer in Enum.GetValues<OptimizerKind>())
        {
            var trained = Trainer.Train(Job(pruned) with { Options = Options with { Optimizer = optimizer, WeightDecay = 1e-2 } }).Model;
            foreach (var layer in Layer.Of(new GraphIndex(pruned.Graph)))
            {
                var (before, after) = (Weights(pruned, layer.Weight), Weights(trained, layer.Weight));
                Assert.All(Enumerable.Range(0, before.Length).Where(i => before[i] == 0), i => Assert.Equal(0f, after[i]));
                Assert.NotEqual(before, after);
            }
        }
    }

    [Fact]
    public void Shared_weights_stay_shared_and_their_codebooks_train()
    {
        var shared = Sharer.Share(Network(), new ShareOptions { Size = CodebookSize.OfBits(3) }).Model;
        var trained = Trainer.Train(Job(shared)).Model;
        var (before, after) = (new GraphIndex(shared.Graph), new GraphIndex(trained.Graph));
        foreach (var layer in Layer.Of(before))
        {
            Assert.Equal(SharedWeight.Find(before, layer.Weight)!.Codes.Data.ToArray(), SharedWeight.Find(after, layer.Weight)!.Codes.Data.ToArray());
            Assert.NotEqual(SharedWeight.Find(before, layer.Weight)!.Codebook.Floats.ToArray(), SharedWeight.Find(after, layer.Weight)!.Codebook.Floats.ToArray());
        }
    }

    [Fact]
    public void Freezing_while_training_ends_in_plain_shared_weights()
    {
        Model? Edit(double progress, Model model, IReadOnlyDictionary<string, float[]> importance) => importance.Count == 0 ? null
            : Sharer.Freeze(model, new FreezeOptions { Fraction = Math.Min(1, progress / 0.7), Sharing = new ShareOptions { Size = CodebookSize.OfCentroids(8) } }, importance).Model;
        var result = Trainer.Train(Job(Network()) with { Edit = Edit, EditEvery = 5 });
        var index = new GraphIndex(result.Model.Graph);
        Assert.All(Layer.Of(index), layer => Assert.NotNull(SharedWeight.Find(index, layer.Weight)));
        Assert.True(result.Validation!.Value > 0.95, $"validation {result.Validation.Value}");
    }

    [Fact]
    public void A_resumed_run_ends_in_the_same_bytes()
    {
        var whole = OnnxWriter.ToBytes(Trainer.Train(Job(Network())).Model);
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "run.onnx");
        using var stop = new CancellationTokenSource();
        var interrupt = new Interrupting(stop);
        Assert.Throws<OperationCanceledException>(() => Trainer.Train(Job(Network()) with { Checkpoint = path }, interrupt, stop.Token));
        Assert.True(File.Exists(path));
        Assert.Equal(whole, OnnxWriter.ToBytes(Trainer.Train(Job(Network()) with { Checkpoint = path }).Model));
    }

    [Fact]
    public void A_run_that_is_interrupted_within_epochs_again_and_again_ends_in_the_same_bytes()
    {
        var job = Job(Network()) with { Options = Options with { Epochs = 12 }, CheckpointSeconds = 0, Edit = Thin, EditEvery = 7 };
        var whole = Trainer.Train(job);
        var resumed = job with { Checkpoint = Path.Combine(Directory.CreateTempSubdirectory().FullName, "run.onnx") };
        for (var starts = 1; ; starts++)
        {
            // Stopped after a few edits, and after more each time, whatever the speed of the machine.
            using var stop = new CancellationTokenSource();
            var edits = 0;
            Model? ThinOrStop(double progress, Model model, IReadOnlyDictionary<string, float[]> importance)
            {
                if (++edits == 2 + starts) stop.Cancel();
                return Thin(progress, model, importance);
            }

            try
            {
                var result = Trainer.Train(resumed with { Edit = ThinOrStop }, null, stop.Token);
                Assert.True(starts > 1, "it was never interrupted");
                Assert.Equal(OnnxWriter.ToBytes(whole.Model), OnnxWriter.ToBytes(result.Model));
                Assert.Equal(whole.Epochs.Select(e => e.TrainLoss), result.Epochs.Select(e => e.TrainLoss));
                Assert.All(whole.MeanSquaredGradients, g => Assert.Equal(g.Value, result.MeanSquaredGradients[g.Key]));
                break;
            }
            catch (OperationCanceledException)
            {
            }
        }
        // A run that has ended is not done again.
        var again = Trainer.Train(resumed with { Edit = (_, _, _) => throw new InvalidOperationException() });
        Assert.Equal(whole.Validation!.Each, again.Validation!.Each);

        static Model? Thin(double progress, Model model, IReadOnlyDictionary<string, float[]> importance) => Pruner.Prune(model, new PruneOptions { Sparsity = 0.9 * progress }).Model;
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "run.onnx");
        Trainer.Train(Job(Network()) with { Checkpoint = path });
        var other = Job(Network()) with { Checkpoint = path, Options = Options with { LearningRate = 1e-3 } };
        Assert.Contains("a checkpoint of another run", Assert.Throws<BadInputException>(() => Trainer.Train(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_explodes_is_one_line()
    {
        var job = Job(Network()) with { Options = Options with { Optimizer = OptimizerKind.Sgd, LearningRate = 1e30 } };
        Assert.StartsWith("training diverged", Assert.Throws<OutOfReachException>(() => Trainer.Train(job)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_lost_against_a_teacher_that_is_the_student_itself()
    {
        var own = Trainer.Train(Job(Network())).Model;
        var options = Options with { TeacherShare = 1, Epochs = 1, LearningRate = 1e-9 };
        Assert.InRange(Trainer.Train(Job(own) with { Distillation = new() { Teachers = [own] }, Options = options }).Epochs[0].TrainLoss, -1e-5, 1e-5);
        Assert.InRange(Trainer.Train(Job(Network(seed: 9)) with { Distillation = new() { Teachers = [own] }, Options = options }).Epochs[0].TrainLoss, 0.1, 100);
    }

    [Fact]
    public void A_teacher_is_followed_where_labels_say_nothing()
    {
        var teacher = Trainer.Train(Job(Network())).Model;
        var wrong = Corners.Draw(400, seed: 1, label: _ => 0);
        var job = Job(Network(seed: 9)) with { Train = wrong, Distillation = new() { Teachers = [teacher] }, Options = Options with { TeacherShare = 1 } };
        Assert.True(Trainer.Train(job).Validation!.Value > 0.95);
    }

    [Fact]
    public void Weights_stored_in_16_bits_are_carried_exactly_over_interruptions() =>
        Interruption.ChangesNothing(Job(Halved(Network(), cast: true)) with { EditEvery = 3 }, at: 0.5);

    [Fact]
    public void A_network_that_computes_in_16_bits_is_refused()
    {
        var error = Assert.Throws<BadInputException>(() => Trainer.Train(Job(Halved(Network(), cast: false))));
        Assert.Contains("training computes in 32-bit floats", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_statistics_of_two_nodes_are_refused()
    {
        static Node Norm(string from, string to) => new() { OpType = "BatchNormalization", Inputs = [from, "one", "zero", "mean", "var"], Outputs = [to] };
        var network = Network();
        var output = network.Graph.Outputs[0].Name;
        static Tensor All(string name, float value) => Tensor.Of(name, [4], [value, value, value, value]);
        var shared = network with
        {
            Graph = network.Graph with
            {
                Nodes = [.. network.Graph.Nodes, Norm(output, "n1"), Norm("n1", "n2")],
                Outputs = [network.Graph.Outputs[0] with { Name = "n2" }],
                Initializers = [.. network.Graph.Initializers, All("one", 1), All("zero", 0), All("mean", 0), All("var", 1)],
            },
        };
        Assert.Contains("are those of other nodes too", Assert.Throws<BadInputException>(() => Trainer.Train(Job(shared))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_the_same_amount_of_other_data_is_refused()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "run.onnx");
        Trainer.Train(Job(Network()) with { Checkpoint = path });
        var other = Job(Network()) with { Checkpoint = path, Train = Corners.Draw(400, seed: 7, label: c => c) };
        Assert.Contains("a checkpoint of another run", Assert.Throws<BadInputException>(() => Trainer.Train(other)).Message, StringComparison.Ordinal);
    }

    // The first layer's weights in 16 bits and widened by a Cast, or all of the layer computed in 16 bits.
    private static Model Halved(Model model, bool cast)
    {
        var index = new GraphIndex(model.Graph);
        var node = model.Graph.Nodes.First(n => n.OpType == "Gemm");
        Tensor Half(string name) => index.Constant(name)! with { Type = ElementType.Float16, Data = MemoryMarshal.AsBytes<Half>([.. index.Constant(name)!.Floats.ToArray().Select(v => (Half)v)]).ToArray() };
        static Node Cast(string from, string to, ElementType type) => new() { OpType = "Cast", Inputs = [from], Outputs = [to], Attributes = [NodeAttribute.Of("to", (long)type)] };
        var (weight, bias, input, output) = (node.Inputs[1], node.Inputs[2], node.Inputs[0], node.Outputs[0]);
        Node[] nodes = cast
            ? [Cast(weight, "wide", ElementType.Float), node with { Inputs = [input, "wide", bias] }]
            : [Cast(input, "half", ElementType.Float16), node with { Inputs = ["half", weight, bias], Outputs = ["sum"] }, Cast("sum", output, ElementType.Float)];
        var halves = new Dictionary<string, Tensor> { [weight] = Half(weight) };
        if (!cast) halves[bias] = Half(bias);
        var graph = model.Graph.ReplaceConstants(halves);
        return model with { Graph = graph with { Nodes = [.. graph.Nodes.SelectMany(n => n == node ? nodes : [n])] } };
    }

    private static TrainJob Job(Model model) => new()
    {
        Model = model, Train = Corners.Draw(400, seed: 1, label: c => c), Validation = Corners.Draw(100, seed: 2, label: c => c), Preprocess = new Preprocess { Scale = 1 }, Options = Options,
    };

    private static Model Network(int seed = 3) => ModelZoo.Build("lenet-300-100", new ZooOptions { InputShape = [1, 8, 8], Classes = 4, Seed = seed });

    private static float[] Weights(Model model, string name) => new GraphIndex(model.Graph).Constant(name)!.Floats.ToArray();
}
