using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Prune;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public class SensitivityMeterTests
{
    [Theory]
    [InlineData("resnet20")]
    [InlineData("squeezenet1.1")]
    [InlineData("shufflenet-g3")]
    [InlineData("lenet5")]
    public void Variants_score_the_same_from_a_cut_on_as_in_whole(string network)
    {
        var model = ModelZoo.Build(network, new ZooOptions { InputShape = [3, 32, 32], Classes = 10, Width = network == "lenet5" ? 1 : 0.25 });
        var examples = Noise(12);
        var judge = new VariantJudge(Metric.Agreement, examples, new Preprocess(), new OrtOptions { Threads = 1 });
        var whole = new Judge(Metric.Agreement, model, new Preprocess(), new OrtOptions { Threads = 1 });
        var cuts = 0;
        foreach (var layer in Layer.Of(new GraphIndex(model.Graph)))
        {
            if (Bottlenecks.Before(model.Graph, layer.Node.Outputs[0]) is not null) cuts++;
            var pruned = Pruner.Prune(model, new PruneOptions { LayerSparsities = new Dictionary<string, double> { [layer.Name] = 0.8 } }).Model;
            Assert.Equal(whole.Of(pruned, examples).Scores, judge.Of(pruned, model, layer.Node.Outputs[0]).Scores);
        }
        Assert.True(cuts > 1, $"{cuts} layers have a cut before them");
    }

    [Fact]
    public void What_the_cache_knows_is_not_scored_again()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var model = ModelZoo.Build("lenet5", new ZooOptions { Width = 0.2 });
        var layer = Layer.Of(new GraphIndex(model.Graph)).First();
        SensitivityTrial Trial(string name, double setting, Func<Model> make) => new() { Layer = name, Method = "sparsity", Setting = setting, Original = model, Changed = layer.Node.Outputs[0], Make = make };
        List<SensitivityTrial> trials =
        [
            Trial("a", 0.5, () => Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 }).Model),
            Trial("a", 0.9, () => Pruner.Prune(model, new PruneOptions { Sparsity = 0.9 }).Model),
            Trial("b", 0.5, () => throw new BadInputException("it cannot be")),
        ];
        var (first, scored) = Measure("one");
        Assert.Equal(3, scored);
        Assert.Equal(new SensitivityGap("b", "sparsity", "it cannot be"), Assert.Single(first.Gaps));
        var (second, none) = Measure("one");
        Assert.Equal(0, none);
        Assert.Equal(first.Points, second.Points);
        Assert.Equal(first.Gaps, second.Gaps);
        Assert.Equal(3, Measure("another").Scored);
        Directory.Delete(folder, recursive: true);

        (SensitivityResult Result, int Scored) Measure(string context)
        {
            var judge = new VariantJudge(Metric.Agreement, Noise(8, 1, 28), new Preprocess(), new OrtOptions { Threads = 1 });
            return (SensitivityMeter.Measure(model, trials, judge, Metric.Agreement, new TrialCache(folder, context)), judge.Scored);
        }
    }

    [Fact]
    public void A_cancelled_measurement_keeps_what_it_has()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var model = ModelZoo.Build("lenet5", new ZooOptions { Width = 0.2 });
        using var stop = new CancellationTokenSource();
        var trial = new SensitivityTrial { Layer = "a", Method = "bits", Setting = 4, Original = model, Changed = model.Graph.Nodes[0].Outputs[0], Make = () => model };
        var judge = new VariantJudge(Metric.Agreement, Noise(8, 1, 28), new Preprocess(), new OrtOptions { Threads = 1 });
        var stopping = trial with { Setting = 3, Make = () => { stop.Cancel(); return model; } };
        Assert.Throws<OperationCanceledException>(() => SensitivityMeter.Measure(model, [trial, stopping, trial with { Setting = 2 }], judge, Metric.Agreement, new TrialCache(folder), null, stop.Token));
        // The network itself and two variants.
        Assert.Equal(3, Directory.GetFiles(folder).Length);
        Directory.Delete(folder, recursive: true);
    }

    private static FloatDataset Noise(int count, int channels = 3, int size = 32)
    {
        var random = new Random(1);
        return new([.. Enumerable.Range(0, count * channels * size * size).Select(_ => 255 * random.NextSingle())], new int[count], [channels, size, size], []);
    }
}
