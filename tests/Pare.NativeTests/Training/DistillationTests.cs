using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using Pare.Torch.Training;
using Pare.Torch.Training.Distilling;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Training;

/// <summary>Distillation through the trainer, on which of four corners is bright.</summary>
public sealed class DistillationTests : IDisposable
{
    private static readonly TrainOptions Options = new() { Epochs = 2, BatchSize = 32, LearningRate = 5e-3, Seed = 5, Threads = 1 };
    private static readonly TrainOptions OnlyLooking = Options with { Epochs = 1, LearningRate = 1e-9, TeacherShare = 1 };
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_student_that_is_its_own_teacher_has_nothing_to_learn()
    {
        var own = Network(4);
        var plan = new Distillation { Teachers = [own, own], Attention = [new("map", "map")] };
        Assert.InRange(LossOf(own, plan), -1e-4, 1e-4);
        var other = Network(2, seed: 8);
        Assert.True(LossOf(other, plan) > LossOf(other, plan with { AttentionWeight = 0 }) + 0.01);
    }

    [Fact]
    public void A_hint_is_learnt_and_its_regressor_thrown_away()
    {
        var student = Network(2, seed: 8);
        var plan = new Distillation { Teachers = [Network(4, stride: 2)], Hints = [new("map", "map"), new("scores", "scores")], HintWeight = 10 };
        var result = Trainer.Train(Job(student, plan) with { Options = Options with { TeacherShare = 0, Epochs = 4 } });
        Assert.True(result.Epochs[^1].TrainLoss < 0.8 * result.Epochs[0].TrainLoss, $"{result.Epochs[0].TrainLoss} to {result.Epochs[^1].TrainLoss}");
        Assert.Equal(Shape(student), Shape(result.Model));
        Assert.Equal(["w1", "w2"], result.MeanSquaredGradients.Keys.Order());
    }

    [Fact]
    public void A_resumed_run_ends_in_the_same_bytes_regressors_and_all()
    {
        var plan = new Distillation { Teachers = [Network(4, stride: 2), Network(3)], Hints = [new("map", "map")], Attention = [new("map", "relu")] };
        var job = Job(Network(2, seed: 8), plan) with { Options = Options with { Epochs = 3 } };
        var whole = OnnxWriter.ToBytes(Trainer.Train(job).Model);
        var resumable = job with { Checkpoint = Path.Combine(_folder, "run.onnx") };
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Trainer.Train(resumable, new Interrupting(stop), stop.Token));
        Assert.True(File.Exists(resumable.Checkpoint));
        Assert.Contains("checkpoint of another run", Refused(resumable with { Distillation = plan with { HintWeight = 2 } }), StringComparison.Ordinal);
        Assert.Contains("checkpoint of another run", Refused(resumable with { Distillation = plan with { Teachers = [Network(4, stride: 2), Network(3, seed: 4)] } }), StringComparison.Ordinal);
        Assert.Equal(whole, OnnxWriter.ToBytes(Trainer.Train(resumable).Model));
    }

    [Fact]
    public void Unlabelled_pictures_will_do_where_only_the_teacher_counts()
    {
        var teacher = Trainer.Train(Job(Network(4), null) with { Options = Options with { Epochs = 6 } }).Model;
        var job = Job(Network(4, seed: 8), new Distillation { Teachers = [teacher] }) with { Train = Corners.Draw(400, seed: 3, label: _ => -1), Options = Options with { TeacherShare = 1, Epochs = 6 } };
        var value = Trainer.Train(job).Validation!.Value;
        Assert.True(value > 0.9, $"validation {value}");
        Assert.Contains("training example 0 has no label, which a teacher share of 0.5 needs", Refused(job with { Options = Options }), StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_outputs_give_the_same_bytes_as_none_and_are_really_read()
    {
        var plan = new Distillation { Teachers = [Network(4), Network(3)] };
        var job = Job(Network(2, seed: 8), plan);
        var kept = job with { Distillation = plan with { Cache = _folder } };
        var without = OnnxWriter.ToBytes(Trainer.Train(job).Model);
        Assert.Equal(without, OnnxWriter.ToBytes(Trainer.Train(kept).Model));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.Equal(without, OnnxWriter.ToBytes(Trainer.Train(kept).Model));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);

        foreach (var file in Directory.GetFiles(_folder))
        {
            var before = File.ReadAllBytes(file);
            TeacherFile.Write(file, Convert.FromHexString(Path.GetFileNameWithoutExtension(file)), 100, 4, new float[400]);
            Assert.Equal(before.Length, new FileInfo(file).Length);
        }
        Assert.NotEqual(without, OnnxWriter.ToBytes(Trainer.Train(kept).Model));
    }

    [Fact]
    public void Other_data_preprocessing_or_teachers_have_files_of_their_own()
    {
        var plan = new Distillation { Teachers = [Network(4)], Cache = _folder };
        var job = Job(Network(2), plan) with { Options = OnlyLooking };
        foreach (var (next, files) in new[]
        {
            (job, 1), (job with { Model = Network(2, seed: 8), Options = Options with { Temperature = 1 } }, 1), (job with { Train = Corners.Draw(100, seed: 9, c => c) }, 2),
            (job with { Preprocess = new Preprocess { Scale = 0.5f } }, 3), (job with { Distillation = plan with { Teachers = [Network(4, seed: 6)] } }, 4),
        })
        {
            Trainer.Train(next);
            Assert.Equal(files, Directory.GetFiles(_folder).Length);
        }
    }

    [Fact]
    public void A_damaged_file_is_replaced_whole()
    {
        var job = Job(Network(2), new Distillation { Teachers = [Network(4)], Cache = _folder });
        var result = OnnxWriter.ToBytes(Trainer.Train(job).Model);
        var file = Directory.GetFiles(_folder).Single();
        var whole = File.ReadAllBytes(file);
        foreach (var damaged in new[] { whole[..^1], [.. whole, 0], Flipped(whole, 3), Flipped(whole, 20), Flipped(whole, 44), Flipped(whole, 300), Flipped(whole, whole.Length - 1), [] })
        {
            File.WriteAllBytes(file, damaged);
            Assert.Equal(result, OnnxWriter.ToBytes(Trainer.Train(job).Model));
            Assert.Equal(whole, File.ReadAllBytes(file));
        }
    }

    [Fact]
    public void Outputs_are_not_kept_where_the_teacher_must_run_anyway()
    {
        var plan = new Distillation { Teachers = [Network(4)], Cache = _folder };
        var job = Job(Network(2), plan);
        Assert.Contains("with augmentation the teacher must see what the student sees", Refused(job with { Augmentation = Augmentation.Photos }), StringComparison.Ordinal);
        Assert.Contains("it runs anyway", Refused(job with { Distillation = plan with { Attention = [new("map", "map")] } }), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
        Trainer.Train(job with { Augmentation = new Augmentation() });
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Under_augmentation_the_teacher_sees_what_the_student_sees()
    {
        var own = Network(4);
        var job = Job(own, new Distillation { Teachers = [own] }) with { Options = OnlyLooking, Augmentation = Augmentation.Photos };
        Assert.InRange(Trainer.Train(job).Epochs[0].TrainLoss, -1e-5, 1e-5);
    }

    [Fact]
    public void Points_follow_a_teacher_too()
    {
        Model Dense(int seed) => ModelZoo.Build("lenet-300-100", new ZooOptions { InputShape = [1, 8, 8], Classes = 2, Seed = seed });
        var job = Job(Dense(1), null) with { Train = new Centres(wrong: false), Validation = new Centres(wrong: false), Options = Options with { Epochs = 8 } };
        var teacher = Trainer.Train(job);
        var taught = job with { Model = Dense(2), Train = new Centres(wrong: true), Distillation = new Distillation { Teachers = [teacher.Model] }, Options = job.Options with { TeacherShare = 1 } };
        var student = Trainer.Train(taught);
        Assert.InRange(student.Validation!.Value, 0, 2 * teacher.Validation!.Value + 0.1);
        Assert.True(Trainer.Train(taught with { Distillation = null }).Validation!.Value > 3 * student.Validation.Value);
        var kept = taught with { Distillation = taught.Distillation with { Cache = _folder } };
        Assert.Equal(OnnxWriter.ToBytes(student.Model), OnnxWriter.ToBytes(Trainer.Train(kept).Model));
    }

    [Fact]
    public void What_does_not_fit_is_one_line()
    {
        var job = Job(Network(2), null);
        string With(Distillation plan) => Refused(job with { Distillation = plan });
        var good = new Distillation { Teachers = [Network(4)] };
        Assert.Equal("the teacher gives 5 numbers an example, the student 4; they must be as many", With(new Distillation { Teachers = [Network(4, classes: 5)] }));
        Assert.StartsWith("the teacher 2 gives 5", With(good with { Teachers = [Network(4), Network(4, classes: 5)] }), StringComparison.Ordinal);
        Assert.Equal("no node of the student computes a tensor 'maps'; did you mean 'map'?", With(good with { Hints = [new("maps", "map")] }));
        Assert.Equal("no node of the teacher computes a tensor 'layer3.out'", With(good with { Attention = [new("map", "layer3.out")] }));
        Assert.Contains("no node of the student computes a tensor 'w1'", With(good with { Hints = [new("w1", "map")] }), StringComparison.Ordinal);
        Assert.Equal(
            "hint 'map=scores': of two examples the student's is [2,2,8,8], the teacher's [2,4]; both must be [batch, n] or both [batch, channels, height, width]",
            With(good with { Hints = [new("map", "scores")] }));
        Assert.StartsWith("attention 'scores=scores': of two examples", With(good with { Attention = [new("scores", "scores")] }), StringComparison.Ordinal);
        Assert.StartsWith("distillation has no teacher", With(good with { Teachers = [] }), StringComparison.Ordinal);
        Assert.StartsWith("hint weight is NaN", With(good with { HintWeight = double.NaN }), StringComparison.Ordinal);
        Assert.StartsWith("attention weight is -1", With(good with { AttentionWeight = -1 }), StringComparison.Ordinal);
    }

    private static double LossOf(Model student, Distillation plan) => Trainer.Train(Job(student, plan) with { Options = OnlyLooking }).Epochs[0].TrainLoss;

    private static string Refused(TrainJob job) => Assert.Throws<BadInputException>(() => Trainer.Train(job)).Message;

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    private static TrainJob Job(Model model, Distillation? plan) => new()
    {
        Model = model, Train = Corners.Draw(100, seed: 1, c => c), Validation = Corners.Draw(100, seed: 2, c => c), Preprocess = new Preprocess { Scale = 1 }, Options = Options, Distillation = plan,
    };

    private static IEnumerable<string> Shape(Model model) =>
        model.Graph.Nodes.Select(n => $"{n}").Concat(model.Graph.Initializers.Select(t => t.Name)).Concat(model.Graph.Outputs.Select(o => $"{o}"));

    /// <summary>One convolution and one dense layer: 'map', 'relu', 'scores'.</summary>
    private static Model Network(int channels, int seed = 3, int stride = 1, int classes = 4)
    {
        var random = new Random(seed);
        var side = 8 / stride;
        float[] Draw(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble() - 1) * size))];
        return new Model
        {
            Graph = new Graph
            {
                Name = "corners",
                Inputs = [ValueInfo.Of("input", ElementType.Float, new Dimension(null, "batch"), 1, 8, 8)],
                Outputs = [ValueInfo.Of("scores", ElementType.Float, new Dimension(null, "batch"), classes)],
                Initializers = [Tensor.Of("w1", [channels, 1, 3, 3], Draw(channels * 9, 0.5)), Tensor.Of("w2", [channels * side * side, classes], Draw(channels * side * side * classes, 0.15))],
                Nodes =
                [
                    new Node { OpType = "Conv", Inputs = ["input", "w1"], Outputs = ["map"], Attributes = [NodeAttribute.Of("pads", [1L, 1, 1, 1]), NodeAttribute.Of("strides", [(long)stride, stride])] },
                    new Node { OpType = "Relu", Inputs = ["map"], Outputs = ["relu"] },
                    new Node { OpType = "Flatten", Inputs = ["relu"], Outputs = ["flat"] },
                    new Node { OpType = "MatMul", Inputs = ["flat", "w2"], Outputs = ["scores"] },
                ],
            },
        };
    }

    /// <summary>Pictures with one bright corner, whose middle is the point.</summary>
    private sealed class Centres(bool wrong) : IPointDataset
    {
        private readonly FloatDataset _pictures = Corners.Draw(200, seed: 1, c => c);

        public int Points => 1;
        public int Count => _pictures.Count;
        public ImmutableArray<int> Shape => _pictures.Shape;
        public ImmutableArray<string> Classes => [];
        public int Label(int index) => -1;
        public void Read(int index, Span<float> values) => _pictures.Read(index, values);
        public float Unit(int index) => 1;
        public IPointDataset Varied(ulong seed, int epoch) => this;

        public void ReadPoints(int index, Span<float> points)
        {
            var corner = _pictures.Label(index);
            (points[0], points[1]) = wrong ? (0.9f, -0.9f) : (corner % 2 - 0.5f, corner / 2 - 0.5f);
        }
    }
}
