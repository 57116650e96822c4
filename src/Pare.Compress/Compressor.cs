using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
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

namespace Pare.Compress;

/// <summary>
/// Runs a recipe from the network to the report: the recipe chooses on validation data; whether the promise holds, and every figure, is from test data that no choice
/// has seen.
/// </summary>
public sealed class Compressor
{
    /// <summary>Examples that single layers are tried on.</summary>
    private const int SensitivityExamples = 500;

    private static readonly TimeSpan PaceBudget = TimeSpan.FromSeconds(3);

    private readonly CompressionRequest _request;
    private readonly DataSplits _data;
    private readonly Judge _judge;
    private readonly RecipeRun _run;
    private readonly IReadOnlyList<InputFile> _inputs;
    private readonly long _givenBytes;
    private Evaluation? _before;
    private AcceptanceTest? _acceptance;
    private Shipment? _accepted;
    private IReadOnlyList<SensitivityPoint>? _sensitivity;

    private Compressor(CompressionRequest request, IProgress<RecipeProgress>? progress, CancellationToken cancel)
    {
        _ = Outlook(request);
        (_request, _data) = (request, request.Model.Unseen(request.Data, request.Seed));
        // As they are read; hours later they may be others.
        _inputs = [.. request.Files.Where(File.Exists).Select(Machines.Describe)];
        _givenBytes = request.Model.IsFresh ? 0 : Costs.SizeOf(request.Model);
        _judge = new Judge(request.Metric, request.Model.Model, request.Preprocess, new OrtOptions { Threads = request.Threads });
        IntegerMethod toInt8 = (model, options, undo, run) => ToInt8(request, model, options, undo, run);
        _run = new RecipeRun
        {
            Data = _data, Preprocess = request.Preprocess, Augmentation = request.Augmentation, Train = request.Journal?.Around(Trainer.Train) ?? Trainer.Train,
            ScoreOn = ScoreOn,
            ToInt8 = request.Journal?.Around(toInt8) ?? toInt8,
            Factorize = (model, options, images, run) => Factorize(request, model, options, images, run),
            SensitivityOf = (model, method) => SensitivityOf(request, model, method),
            Pace = (model, batch) => TrainingStep.Measure(model, [batch, .. _data.Train.Shape], request.Threads, PaceBudget, cancel).Median / 1000 / batch,
            Time = request.Time is { } time ? new TimeBudget(time.TotalSeconds, measure => Recall(() => [measure()])[0]) : null,
            Promise = request.Promise, Accept = Accept, Metric = request.Metric, Seed = request.Seed, Threads = request.Threads, Progress = progress, Cancellation = cancel,
        };
    }

    /// <summary>Runs the recipe. The result says whether the promise was kept; <see cref="CompressionResult.OrThrow"/> insists on it.</summary>
    /// <param name="progress">Told what is being done, on the calling thread.</param>
    /// <exception cref="BadInputException">The network, the data and the recipe do not fit, or there are too few examples to show that the promise holds.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; with a journal, the same request goes on from there.</exception>
    public static CompressionResult Run(CompressionRequest request, IProgress<RecipeProgress>? progress = null, CancellationToken cancel = default) => new Compressor(request, progress, cancel).ToEnd();

    /// <summary>What a promise will be held against, in a line for before the work starts; null where nothing is promised.</summary>
    /// <exception cref="BadInputException">The network, the data and the recipe do not fit, or there are too few examples to show that the promise holds.</exception>
    public static string? Outlook(CompressionRequest request)
    {
        request.Check();
        if (request.Promise is not { MaxDrop: { } promised, Rule: var rule }) return null;
        var data = request.Model.Unseen(request.Data, request.Seed);
        var count = data.Test.Count;
        if (rule == AcceptRule.Point) return $"the promise is held against the drop measured on {count} examples, not against its interval (--accept point)";
        var isShare = Evaluator.CountsAnswers(request.Metric, request.Model.Model);
        AcceptanceTest.CheckCount(request.DataName, count, request.Metric, promised, rule, isShare);
        var least = AcceptanceTest.LeastExamples(request.Metric, promised, isShare);
        var held = $"the promise is held against {count} examples that no choice is made on";
        if (isShare && least > 0) held += $"; {least} would do for a network that answers just as before";
        if (isShare && promised == 0) held += "; that not a single answer is lost cannot be shown by any number, so only a network that wins more than it loses can pass";
        return data.Validation.Count < request.Promise.LeastForInterval(request.Metric)
            ? $"{held}; {data.Validation.Count} others are too few to choose by the interval of the drop, so choices go by its mean and may not hold"
            : held;
    }

    /// <summary>What tells the run from others that might have worked in the same folder.</summary>
    public static IReadOnlyDictionary<string, string> Identity(CompressionRequest request) => new Dictionary<string, string>
    {
        ["the version of Pare"] = Machines.Pare,
        ["the model"] = OnnxWriter.Sha256(request.Model.Model),
        ["the data"] = ExampleDigest.Of(request.Data.All),
        ["what was asked for"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            $"{string.Concat(request.Recipes.Select(r => $"{r.Source} {r.Teacher} {string.Concat(r.Steps.Select(s => $"{s.Name} {string.Concat(s.Options)} "))}"))}{request.Target} {request.Time} {request.Promise} {request.Metric} {PreprocessText.Format(request.Preprocess)} {request.Augmentation} {request.Seed} {request.Threads}"))),
    };

    private CompressionResult ToEnd()
    {
        var made = Work();
        var kept = made.Result is not null;
        var finishing = Stopwatch.StartNew();
        // The first of a front is the result.
        IReadOnlyList<Shipment> front = [.. made.Front.Select(c => ShipmentOf(c.Model))];
        var shipment = front.Count > 0 ? front[0] : ShipmentOf((made.Result ?? _run.Nearest)?.Model ?? made.Baseline);
        var (original, shipped, after) = (Original, shipment.Read, shipment.Score);
        var latencies = LatencyMeter.Measure([original, shipped, .. front.Skip(1).Select(f => f.Read)], Timing);
        ModelProfile[] profiles = [ModelProfile.Of(original), ModelProfile.Of(shipped)];
        var drop = PairedDrop.Between(after.Metric, Before.Scores, after.Scores);
        var steps = _run.Log.Select(Describe).Append(new StepReport("pack", [], finishing.Elapsed.TotalSeconds, null, shipment.Packed.Length));
        var report = new RunReport
        {
            Pare = Machines.Pare, Seed = _request.Seed, Machine = Machines.This(_request.Threads), Command = _request.Command,
            Model = _request.Model.Name, Data = _request.DataName, Metric = after.Metric,
            Recipe = string.Join(", ", _request.Recipes.Select(r => r.Name)), Target = _request.Target?.ToString().ToLowerInvariant(), Minutes = _request.Time?.TotalMinutes, Libraries = Machines.Libraries,
            Inputs = _inputs,
            Baseline = Costs.Of(profiles[0], _request.Model.IsFresh ? OnnxWriter.ToBytes(original).LongLength : _givenBytes) with
            {
                Value = Before.Value,
                Count = Before.Count,
                LatencyMs = latencies[0],
            },
            Result = Costs.Of(profiles[1], shipment.Bytes) with
            {
                Value = after.Value,
                Count = after.Count,
                LatencyMs = latencies[1],
                PackedBytes = shipment.Packed.LongLength,
            },
            Contract = new Contract(_request.Promise.MaxDrop, _run.MaxDrop, drop.Points, drop.Upper95, kept && (!_request.Promise.IsEmpty || drop.Points <= _run.MaxDrop))
            {
                Kept = kept,
                Accept = _request.Promise.MaxDrop is null ? "none" : $"{_request.Promise.Rule}".ToLowerInvariant(), MinRatio = _request.Promise.Ratio, Tries = _acceptance?.Tries ?? 0, Found = kept || _run.Nearest is not null,
            },
            Layers = LayerReports.Of(profiles[0], shipped, profiles[1], PackedFile.Describe(shipment.Packed)),
            LeftOut = [.. _run.LeftOut.Select(l => new LeftOut(l.Recipe, l.Reason))],
            Front = [.. front.Select((f, i) => new FrontPoint(CompressOutput.FrontFolder(i), f.Packed.LongLength, latencies[1 + i].Median, f.Score.Value, PairedDrop.Between(f.Score.Metric, Before.Scores, f.Score.Scores).Points))],
            Sensitivity = _request.Sensitivity ?? _sensitivity, Steps = [.. steps], Reference = _run.Reference.Value,
            Nodes = NodeLatencies.Measure(original, shipped, _data.Test.Shape, _run.Cancellation), Call = CallOf(shipped, _data.Test.Shape, _request.Preprocess),
        };
        return new CompressionResult(shipment.Model, shipment.Packed, report, kept) { Front = [.. front.Select(f => new PackedModel(f.Model, f.Packed))] };
    }

    private RecipeResult Work()
    {
        // With what it ships with: candidates are packed for their size.
        var (model, trained) = (_request.Preprocess.ToMetadata(Simplify.Run(_request.Model.Model)), !_request.Model.IsFresh);
        return _request.Target is { } target
            ? TargetSearch.Run(target, _request.Recipes, model, _run, trained, CostsOf)
            : RecipeRunner.Run(_request.Recipe!, model, _run, trained);
    }

    // Times are measured once: a run that was killed chooses among the same.
    private IReadOnlyList<PredictingCosts> CostsOf(IReadOnlyList<Model> models)
    {
        var times = Recall(() => [.. LatencyMeter.Measure(models, Timing).Select(l => l.Median)]);
        return [.. models.Zip(times, (m, ms) => new PredictingCosts(PackedFile.SizeOf(OnnxWriter.ToBytes(_request.Preprocess.ToMetadata(Simplify.Run(m)))), ms))];
    }

    private LatencyOptions Timing => new() { ExampleShape = _data.Test.Shape, Run = new OrtOptions { Threads = 1 } };

    private double[] Recall(Func<double[]> measure) => _request.Journal?.Recall(measure) ?? measure();

    private Model Original => _request.Model.IsFresh ? _run.Baseline! : _request.Model.Model;

    private Evaluation Before => _before ??= _judge.Of(Original, _data.Test);

    private Shipment ShipmentOf(Model result) => _accepted is { } accepted && ReferenceEquals(accepted.Result, result) ? accepted : new Shipment(result, _request.Preprocess, m => _judge.Of(m, _data.Test));

    private bool Accept(Model candidate)
    {
        if (_request.Promise.IsEmpty) return true;
        var shipment = ShipmentOf(candidate);
        if (_request.Promise.Ratio is { } ratio && ModelProfile.Of(Original).WeightBytes < ratio * shipment.Packed.Length) return false;
        if (_request.Promise.MaxDrop is { } promised)
        {
            _acceptance ??= new AcceptanceTest(_judge.Metric, promised, _request.Promise.Rule, Before.Scores);
            if (!_acceptance.Try(shipment.Score.Scores).Accepted) return false;
        }
        _accepted = shipment;
        return true;
    }

    private Score ScoreOn(Model model, IDataset part) => Score.Of(_judge.Of(model, part));

    private static CodedNetwork ToInt8(CompressionRequest request, Model model, Int8Options options, bool undo, RecipeRun run)
    {
        var asked = new QuantizationRequest { Model = model, Options = options, SizeFirst = !undo, MaxDrop = undo ? run.MaxDrop : null, Seed = request.Seed, Threads = request.Threads, Progress = Shown(run), Cancel = run.Cancellation };
        var (tuned, _) = Quantization.Tune(asked, run.Data, request.Preprocess, m => run.Drop(run.ScoreOn(m, run.Data.Validation)));
        return new CodedNetwork(tuned.Result.Model, tuned.Result.Layers.Where(l => !l.IsInteger).DistinctBy(l => l.Name).ToDictionary(l => l.Name, l => l.Reason!), tuned.Result.Real);
    }

    private static (Model Model, IReadOnlyDictionary<string, string> Whole) Factorize(CompressionRequest request, Model model, FactorizeOptions options, int images, RecipeRun run)
    {
        var result = Factorization.Run(new FactorizationRequest
        {
            Model = model, Options = options, Examples = images > 0 ? Subset.Draw(run.Data.Train, images, run.Seed) : null, Preprocess = request.Preprocess,
            Threads = request.Threads, Progress = Shown(run), Cancel = run.Cancellation,
        });
        return (result.Model, result.Layers.Where(l => l.Factors is null).DistinctBy(l => l.Name).ToDictionary(l => l.Name, l => l.Reason!));
    }

    private SensitivityResult SensitivityOf(CompressionRequest request, Model model, string method)
    {
        var asked = new SensitivityRequest
        {
            Model = model, Examples = Subset.Draw(_data.Validation, Math.Min(SensitivityExamples, _data.Validation.Count), request.Seed), Preprocess = request.Preprocess, Metric = request.Metric,
            Methods = [method], Cache = request.Journal is null ? null : UserCache.FolderIfAny("sensitivity"), Threads = request.Threads,
        };
        var measured = Sensitivities.Measure(asked, Shown(_run)("measuring layers"), _run.Cancellation);
        _sensitivity = measured.Points;
        return measured;
    }

    private static Func<string, IProgress<double>> Shown(RecipeRun run) => stage => new Relay<double>(share =>
    {
        run.Cancellation.ThrowIfCancellationRequested();
        run.Progress?.Report(new RecipeProgress(stage, share));
    });

    private static StepReport Describe(StepLog log) => new(log.Name, Options(log), log.Seconds, log.Value)
    {
        Kept = log.Kept, Drop = log.Drop, EstimatedBytes = log.Bytes, Accepted = log.Accepted,
    };

    private static ModelCall? CallOf(Model model, ImmutableArray<int> example, Preprocess preprocess) => model.Graph.FreeInputs is [var input]
        ? new ModelCall(input.Name, [1, .. DataChecks.Taken(example.AsSpan(), input.Shape?.Length ?? 0)], model.Graph.Outputs[0].Name, preprocess.Scale, preprocess.Mean, preprocess.Std, PreprocessText.Format(new Preprocess { Geometry = preprocess.Geometry }))
        : null;

    private static JsonObject Options(StepLog log)
    {
        var options = new JsonObject();
        foreach (var (name, value) in log.Options) options[name] = value;
        return options;
    }

    // A network as it ships. What is measured is what the packed file gives back.
    private sealed class Shipment
    {
        private readonly Lazy<Evaluation> _score;

        public Shipment(Model result, Preprocess preprocess, Func<Model, Evaluation> score)
        {
            Result = result;
            Model = preprocess.ToMetadata(Simplify.Run(result));
            var bytes = OnnxWriter.ToBytes(Model);
            Bytes = bytes.LongLength;
            Packed = PackedFile.Pack(bytes);
            Read = OnnxReader.Read(PackedFile.ReadModel(Packed));
            _score = new Lazy<Evaluation>(() => score(Read));
        }

        /// <summary>As the recipe made it.</summary>
        public Model Result { get; }
        public Model Model { get; }
        /// <summary>Bytes of the ONNX file.</summary>
        public long Bytes { get; }
        public byte[] Packed { get; }
        public Model Read { get; }
        public Evaluation Score => _score.Value;
    }
}
