using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Recipes;
using Pare.Report;
using Pare.Torch.Training;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare compare</c>: networks trained with the same budget on the same data.</summary>
internal static class CompareVerb
{
    private static readonly JsonSerializerOptions Camel = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static Command Create()
    {
        var networks = new Argument<string[]>("NET") { Description = "Networks that 'pare zoo' lists.", Arity = ArgumentArity.OneOrMore };
        var data = new DataFlags();
        var training = new TrainFlags(fresh: true);
        var output = Opt.Folder("Folder for compare.json, compare.html and the finished runs.", "out/compare");
        var macs = Opt.MaybeWhole("--macs", "N", 1000, int.MaxValue, "Multiply-adds that every network's width is set to. (default: each at its own width)");
        var seeds = Opt.Whole("--seeds", "N", 1, 100, 1, "Runs of each network, with the seeds --seed, --seed + 1, ...");
        var examples = Opt.MaybeWhole("--examples", "N", 1, int.MaxValue, "Training examples to use. (default: all)");
        return new VerbCommand("compare", "Train networks with the same budget on the same data, and show accuracy against both costs.", new OptionGroup("Comparison") { output, macs, seeds, examples }, data, training)
        {
            Arguments = { networks },
            Details = "Finished runs are kept in the folder: the same command again goes on where it stopped. Figures are from test data; nothing is chosen by them.",
            Examples = ["pare compare mobilenet mobilenetv2 shufflenet-g3 --data cifar10 --macs 6000000 --epochs 5 -o out/compact"],
            Body = run =>
            {
                var folder = run.Get(output);
                var options = training.Read(run);
                var names = run.Get(networks);
                if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new BadInputException($"'{twice.Key}' is named twice; --seeds trains each network several times");
                foreach (var name in names.Where(n => !ModelZoo.Contains(n))) ModelZoo.Build(name);
                var preprocess = data.Preprocess(run, null);
                var splits = data.Open(run, preprocess, known: null);
                // Folders come class by class: the first examples would be of few classes.
                var train = run.Get(examples) is { } some ? Subset.Draw(splits.Train, some, run.Seed) : splits.Train;
                var shape = new ZooOptions { InputShape = [.. splits.All.Shape], Classes = splits.All.Classes.Length };
                var sized = names.Select(n => (Name: n, Options: run.Get(macs) is { } wanted ? EqualCost.At(n, shape, wanted) : shape)).ToList();
                CompressOutput.Prepare(folder);
                var augmentation = training.Augmentation(run);
                TrainJob Job(string name, ZooOptions zoo) => new()
                {
                    Model = ModelZoo.Build(name, zoo), Train = train, Preprocess = preprocess, Augmentation = augmentation, Options = options with { Seed = zoo.Seed },
                };

                var values = new Dictionary<string, List<double>>();
                using (var line = run.Progress("comparing"))
                {
                    // Seed by seed, so that a comparison that is stopped early is even.
                    for (var seed = run.Seed; seed < run.Seed + run.Get(seeds); seed++)
                        foreach (var (name, zoo) in sized)
                            values.GetOrAdd(name).Add(Once(run, line, Path.Combine(folder, "runs"), name, zoo with { Seed = seed }, Job, splits));
                }
                var report = Report(run, sized, values, data.DataName(run), options.Epochs, train.Count, splits.Test.Shape);
                AtomicFile.WriteText(Path.Combine(folder, "compare.json"), report.ToJson() + "\n");
                AtomicFile.WriteText(Path.Combine(folder, "compare.html"), ComparisonHtml.Render(report));
                run.Show(JsonNode.Parse(report.ToJson())!.AsObject(), console =>
                {
                    console.WriteLine(report.ToTable());
                    console.WriteLine($"wrote {folder}: compare.json, compare.html");
                });
            },
        };
    }

    /// <summary>What one run was asked for, and its result: a run counts as done where the first part is the same.</summary>
    private sealed record FinishedRun(string Network, int Seed, double Width, string Training, double Value, double Seconds);

    private static double Once(VerbRun run, ProgressLine line, string folder, string name, ZooOptions zoo, Func<string, ZooOptions, TrainJob> jobOf, DataSplits splits)
    {
        Directory.CreateDirectory(folder);
        var job = jobOf(name, zoo);
        var asked = string.Create(CultureInfo.InvariantCulture, $"{job.Options} {job.Augmentation} {job.Preprocess} {job.Train.Count} of {splits.Name}");
        var stem = Path.Combine(folder, $"{name}-{zoo.Seed}");
        if (Finished(stem + ".json") is { } done && done == (done with { Network = name, Seed = zoo.Seed, Width = zoo.Width, Training = asked })) return done.Value;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var trained = Trainer.Train(job with { Checkpoint = stem + ".checkpoint" }, new Relay<TrainProgress>(p => line.Report(p, $"{name} seed {zoo.Seed}")), run.Cancel);
        var value = Evaluator.Score(trained.Model, splits.Test, job.Preprocess, new OrtOptions { Threads = run.Threads }).Value;
        OnnxFile.Write(job.Preprocess.ToMetadata(trained.Model), stem + ".onnx");
        AtomicFile.WriteText(stem + ".json", JsonSerializer.Serialize(new FinishedRun(name, zoo.Seed, zoo.Width, asked, value, watch.Elapsed.TotalSeconds), Camel));
        File.Delete(stem + ".checkpoint");
        return value;
    }

    private static FinishedRun? Finished(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<FinishedRun>(File.ReadAllText(path), Camel) : null;
        }
        catch (JsonException e)
        {
            throw new BadInputException($"{path}: not the record of a run: {e.Message}; delete it to train again", e);
        }
    }

    private static Comparison Report(VerbRun run, List<(string Name, ZooOptions Options)> sized, Dictionary<string, List<double>> values, string data, int epochs, int examples, System.Collections.Immutable.ImmutableArray<int> shape)
    {
        var models = sized.ConvertAll(s => ModelZoo.Build(s.Name, s.Options));
        var latencies = LatencyMeter.Measure(models, new LatencyOptions { ExampleShape = shape, Run = new OrtOptions { Threads = 1 } });
        return new Comparison
        {
            Pare = Machines.Pare, Machine = Machines.This(run.Threads), Command = run.CommandLine, Data = data, Metric = Metric.Top1, Epochs = epochs, Examples = examples,
            Networks = [.. sized.Select((s, i) => new ComparedNetwork(
                s.Name, s.Options.Width, Costs.Of(ModelProfile.Of(models[i]), OnnxWriter.ToBytes(models[i]).LongLength) with { LatencyMs = latencies[i] }, values[s.Name]))],
        };
    }

    private static List<double> GetOrAdd(this Dictionary<string, List<double>> lists, string key) =>
        lists.TryGetValue(key, out var list) ? list : lists[key] = [];
}
