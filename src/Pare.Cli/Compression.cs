using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Pare.Coding;
using Pare.Data;
using Pare.LowRank;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Quantize.Integer;
using Pare.Recipes;
using Pare.Report;
using Pare.Torch.Training;

namespace Pare.Cli;

/// <summary>What a compression run is asked for.</summary>
internal sealed record CompressionRequest
{
    public required LoadedModel Model { get; init; }
    public required DataSplits Data { get; init; }
    public required string DataName { get; init; }
    public required Preprocess Preprocess { get; init; }
    public Augmentation? Augmentation { get; init; }
    public required Recipe Recipe { get; init; }

    /// <summary>What models are judged by.</summary>
    public required Metric Metric { get; init; }

    /// <summary>Points of the metric that may be lost; null leaves it to the recipe, and nothing is promised.</summary>
    public double? MaxDrop { get; init; }
    public required string Command { get; init; }

    /// <summary>What the user gave that may be a file: network, data, recipe.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    public int Seed { get; init; }
    public int Threads { get; init; }
}

/// <summary>A compressed model with everything that is said about it.</summary>
internal sealed record CompressionResult(Model Model, byte[] Packed, RunReport Report);

/// <summary>Runs a recipe from the network to the report: the recipe chooses on validation data, the figures here are from test data.</summary>
internal static class Compression
{
    /// <exception cref="PromiseException">No model kept the promise.</exception>
    public static CompressionResult Run(CompressionRequest request, IProgress<RecipeProgress>? progress, CancellationToken cancel)
    {
        var start = Simplify.Run(request.Model.Model);
        var data = request.Model.Unseen(request.Data, request.Seed);
        var ort = new OrtOptions { Threads = request.Threads };
        var judge = new Judge(request.Metric, request.Model.Model, request.Preprocess, ort);
        var run = new RecipeRun
        {
            Data = data, Preprocess = request.Preprocess, Augmentation = request.Augmentation, Train = Trainer.Train,
            ScoreOn = ScoreOn,
            ToInt8 = (model, options, run) => ToInt8(request, model, options, run),
            Factorize = (model, options, images, run) => Factorize(request, model, options, images, run),
            Promise = request.MaxDrop, Metric = request.Metric, Seed = request.Seed, Threads = request.Threads, Progress = progress, Cancellation = cancel,
        };
        var made = RecipeRunner.Run(request.Recipe, start, run, trained: !request.Model.IsFresh);
        if (made.Result is null)
            throw new PromiseException($"no candidate lost at most {run.MaxDrop:0.##} points on the validation data{(run.Promise is null ? "" : " with 95 % confidence")}; the nearest lost {run.Log.Where(l => l.Name == request.Recipe.Steps[^1].Name).Min(l => l.Drop):0.00}");

        var finishing = Stopwatch.StartNew();
        var model = request.Preprocess.ToMetadata(Simplify.Run(made.Result.Model));
        var bytes = OnnxWriter.ToBytes(model);
        var packed = PackedFile.Pack(bytes);
        // What ships is measured: the model as the packed file gives it back.
        var shipped = OnnxReader.Read(PackedFile.ReadModel(packed));
        var original = request.Model.IsFresh ? made.Baseline : request.Model.Model;

        var before = judge.Of(original, data.Test);
        var after = judge.Of(shipped, data.Test);
        var latencies = LatencyMeter.Measure([original, shipped], new LatencyOptions { ExampleShape = data.Test.Shape, Run = new OrtOptions { Threads = 1 } });
        ModelProfile[] profiles = [ModelProfile.Of(original), ModelProfile.Of(shipped)];
        var drop = PairedDrop.Between(before.Metric, before.Scores, after.Scores);
        var held = drop.Points <= run.MaxDrop;
        if (request.MaxDrop is { } promised && !held)
            throw new PromiseException($"the compressed model lost {drop.Points:0.00} points on the test data, at most {promised} were promised; nothing was written");

        var steps = run.Log.Select(l => Describe(l)).Append(new StepReport("pack", [], finishing.Elapsed.TotalSeconds, null, packed.Length));
        var report = new RunReport
        {
            Pare = Help.Version, Seed = request.Seed, Machine = Machines.This(request.Threads), Command = request.Command,
            Model = request.Model.Name, Data = request.DataName, Metric = before.Metric,
            Recipe = request.Recipe.Name, Libraries = Machines.Libraries,
            Inputs = [.. request.Files.Where(File.Exists).Select(Machines.Describe)],
            Baseline = Costs.Of(profiles[0], request.Model.IsFresh ? OnnxWriter.ToBytes(original).LongLength : Costs.SizeOf(request.Model)) with
            {
                Value = before.Value,
                Count = before.Count,
                LatencyMs = latencies[0],
            },
            Result = Costs.Of(profiles[1], bytes.LongLength) with
            {
                Value = after.Value,
                Count = after.Count,
                LatencyMs = latencies[1],
                PackedBytes = packed.LongLength,
            },
            Contract = new Contract(request.MaxDrop, run.MaxDrop, drop.Points, drop.Upper95, held),
            Layers = LayerReports.Of(profiles[0], shipped, profiles[1], PackedFile.Describe(packed)),
            Steps = [.. steps], Reference = run.Reference.Value,
            Nodes = NodeLatencies.Measure(original, shipped, data.Test.Shape, cancel), Call = CallOf(shipped, data.Test.Shape, request.Preprocess),
        };
        return new CompressionResult(model, packed, report);

        Score ScoreOn(Model model, IDataset part)
        {
            var score = judge.Of(model, part);
            return new Score(score.Value) { Each = score.Scores };
        }
    }

    private static (Model Model, IReadOnlyDictionary<string, string> Float) ToInt8(CompressionRequest request, Model model, Int8Options options, RecipeRun run)
    {
        var asked = new QuantizationRequest { Model = model, Options = options, MaxDrop = run.MaxDrop, Seed = request.Seed, Threads = request.Threads, Progress = Silent(run), Cancel = run.Cancellation };
        var (tuned, _) = Quantization.Tune(asked, run.Data, request.Preprocess, m => run.Drop(run.ScoreOn(m, run.Data.Validation)));
        return (tuned.Result.Model, tuned.Result.Layers.Where(l => !l.IsInteger).DistinctBy(l => l.Name).ToDictionary(l => l.Name, l => l.Reason!));
    }

    private static (Model Model, IReadOnlyDictionary<string, string> Whole) Factorize(CompressionRequest request, Model model, FactorizeOptions options, int images, RecipeRun run)
    {
        var result = Factorization.Run(new FactorizationRequest
        {
            Model = model, Options = options, Examples = images > 0 ? Subset.Draw(run.Data.Train, images, run.Seed) : null, Preprocess = request.Preprocess,
            Threads = request.Threads, Progress = Silent(run), Cancel = run.Cancellation,
        });
        return (result.Model, result.Layers.Where(l => l.Factors is null).DistinctBy(l => l.Name).ToDictionary(l => l.Name, l => l.Reason!));
    }

    // Nothing is shown, but the work can be stopped.
    private static Func<string, IProgress<double>> Silent(RecipeRun run) => _ => new Relay<double>(_ => run.Cancellation.ThrowIfCancellationRequested());

    private static StepReport Describe(StepLog log) => new(log.Name, Options(log), log.Seconds, log.Value)
    {
        Kept = log.Kept, Drop = log.Drop, EstimatedBytes = log.Bytes, Accepted = log.Accepted,
    };

    private static ModelCall? CallOf(Model model, ImmutableArray<int> example, Preprocess preprocess) => model.Graph.FreeInputs is [var input]
        ? new ModelCall(input.Name, [1, .. example], model.Graph.Outputs[0].Name, preprocess.Scale, preprocess.Mean, preprocess.Std, PreprocessText.Format(new Preprocess { Geometry = preprocess.Geometry }))
        : null;

    private static JsonObject Options(StepLog log)
    {
        var options = new JsonObject();
        foreach (var (name, value) in log.Options) options[name] = value;
        return options;
    }
}
