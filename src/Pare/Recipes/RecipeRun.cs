using System.Collections.Immutable;
using System.Diagnostics;
using Pare.Data;
using Pare.LowRank;
using Pare.Onnx;
using Pare.Profile;
using Pare.Quantize.Integer;

namespace Pare.Recipes;

/// <summary>One thing a recipe did, for the report.</summary>
/// <param name="Name">The step.</param>
/// <param name="Options">What it was asked for.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Value">The metric on the validation data afterwards.</param>
/// <param name="Kept">Share of the original weights that are not zero, 0 to 1.</param>
/// <param name="Drop">Points lost on it, as the run counts them.</param>
/// <param name="Bytes">About what the weights take once packed (<see cref="SizeEstimate"/>).</param>
/// <param name="Accepted">False where the result was given up.</param>
public sealed record StepLog(string Name, IReadOnlyDictionary<string, string> Options, double Seconds, double Value, double Kept, double Drop, long Bytes, bool Accepted);

/// <summary>Where a recipe is.</summary>
/// <param name="Stage">What is being done, in a few words.</param>
/// <param name="Share">Share of it that is done, 0 to 1.</param>
public sealed record RecipeProgress(string Stage, double Share)
{
    /// <summary>How far training is, where that is what is being done.</summary>
    public TrainProgress? Training { get; init; }
}

/// <summary>A network in codes.</summary>
/// <param name="Model">The network.</param>
/// <param name="Float">Why layers stay float, by name.</param>
/// <param name="Real">The weights that codes were rounded from, by the codes' name.</param>
public sealed record CodedNetwork(Model Model, IReadOnlyDictionary<string, string> Float, IReadOnlyDictionary<string, Tensor> Real);

/// <summary>
/// Puts a network's weights and activations into codes, with ranges from training examples.
/// </summary>
/// <param name="undo">
/// Whether what is not faster so on the runtime that is to run it, or costs more than <see cref="RecipeRun.MaxDrop"/>, goes back to float; training needs neither.
/// </param>
public delegate CodedNetwork IntegerMethod(Model model, Int8Options options, bool undo, RecipeRun run);

/// <summary>Factorises a network's layers.</summary>
/// <param name="images">Training examples whose second moments count; 0 for factors of the weights alone.</param>
/// <returns>The network, and why layers stay whole, by name.</returns>
public delegate (Model Model, IReadOnlyDictionary<string, string> Whole) LowRankMethod(Model model, FactorizeOptions options, int images, RecipeRun run);

/// <summary>What every step of one run shares: data, the promise, how to train, and the record of what was done.</summary>
public sealed class RecipeRun
{
    // Between the first epoch and the last, scores are only shown.
    private const int ScoreEvery = 4;

    private readonly List<StepLog> _log = [];
    private readonly List<(string Recipe, string Reason)> _leftOut = [];

    public required DataSplits Data { get; init; }
    public required Preprocess Preprocess { get; init; }

    /// <summary>Random changes to the training examples; null for none.</summary>
    public Augmentation? Augmentation { get; init; }
    public required TrainMethod Train { get; init; }

    /// <summary>Scores a model on a part of the data without training it.</summary>
    public required Func<Model, IDataset, Score> ScoreOn { get; init; }

    /// <summary>Puts a network into codes.</summary>
    public required IntegerMethod ToInt8 { get; init; }

    /// <summary>Makes thin layers of wide ones.</summary>
    public required LowRankMethod Factorize { get; init; }

    /// <summary>What each layer of a network loses by one method, at a few settings, on validation data.</summary>
    public required Func<Model, string, SensitivityResult> SensitivityOf { get; init; }

    /// <summary>Seconds that training on one example once takes, for steps of so many examples.</summary>
    public required Func<Model, int, double> Pace { get; init; }

    /// <summary>The time there is; null for any.</summary>
    public TimeBudget? Time { get; init; }

    /// <summary>What the result must keep to.</summary>
    public Promise Promise { get; init; } = new();

    /// <summary>Whether a finished network keeps the promise, on examples that no choice was made on; null takes the validation data's word.</summary>
    public Func<Model, bool>? Accept { get; init; }

    /// <summary>Points that may be lost on the validation data: the promise, or what the recipe allows itself.</summary>
    public double MaxDrop { get; internal set; }

    /// <summary>What scores are: the promise is in its points.</summary>
    public Metric Metric { get; init; } = Metric.Top1;

    public int Seed { get; init; }
    public int Threads { get; init; }
    public IProgress<RecipeProgress>? Progress { get; init; }
    public CancellationToken Cancellation { get; init; }

    /// <summary>The network the promise is about: as given, or as trained first where it had no weights yet.</summary>
    public Model? Baseline { get; internal set; }

    /// <summary>Its score on the validation data.</summary>
    public Score Reference { get; internal set; } = new(0, 0);

    /// <summary>The network that retraining follows besides the labels; null for none.</summary>
    public Model? Teacher { get; internal set; }

    /// <summary>Whether labels are looked at by nobody, so that training can only follow the network as it was.</summary>
    public bool FollowsItselfAlone => Metric == Metric.Agreement;

    /// <summary>Number of weights of the network the promise is about.</summary>
    public long OriginalWeights { get; internal set; }

    /// <summary>Everything done so far, in order.</summary>
    public IReadOnlyList<StepLog> Log => _log;

    /// <summary>Recipes that a search could not work through, and why.</summary>
    public IReadOnlyList<(string Recipe, string Reason)> LeftOut => _leftOut;

    /// <summary>Of the networks that were refused, the one that lost least; null where none was.</summary>
    public Candidate? Nearest { get; private set; }

    /// <summary>Networks within the limit on validation data, where a search looks for the best of many; else null.</summary>
    internal Shortlist? Found { get; set; }

    /// <summary>Points lost against the reference, for choosing; negative where the score is better.</summary>
    public double Drop(Score score) => Promise.Drop(Metric, Reference, score);

    /// <summary>Trains a model on the run's data.</summary>
    /// <param name="stage">What progress calls it.</param>
    /// <param name="edits">How many times <paramref name="edit"/> is called over the run.</param>
    public TrainResult Retrain(Model model, TrainOptions options, string stage, TrainEdit? edit = null, int edits = 1) =>
        Retrain(new CodedNetwork(model, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, Tensor>.Empty), options, stage, edit, edits);

    /// <summary>Trains a network in codes, from the weights that these were rounded from.</summary>
    public TrainResult Retrain(CodedNetwork network, TrainOptions options, string stage) => Retrain(network, options, stage, null, 1);

    private TrainResult Retrain(CodedNetwork network, TrainOptions options, string stage, TrainEdit? edit, int edits)
    {
        options = options.For(Data.Train.Count);
        var steps = options.StepsAnEpoch(Data.Train.Count) * options.Epochs;
        var job = new TrainJob
        {
            Model = network.Model, Real = network.Real, Train = Data.Train, Validation = FollowsItselfAlone ? null : Data.Validation, Preprocess = Preprocess, Augmentation = Augmentation,
            Distillation = Teacher is null ? null : new Distillation { Teachers = [Teacher] },
            Options = options with { Seed = Seed + 1000 * _log.Count, Threads = Threads, TeacherShare = FollowsItselfAlone ? 1 : options.TeacherShare }, Edit = edit, EditEvery = Math.Max(1, steps / edits),
            ScoreEvery = ScoreEvery,
        };
        var inner = Progress is null ? null : new Relay<TrainProgress>(p => Progress.Report(new RecipeProgress(stage, p.Epoch / p.Epochs) { Training = p }));
        var result = Time is { } time ? time.Timed((double)Data.Train.Count * options.Epochs, () => Train(job, inner, Cancellation)) : Train(job, inner, Cancellation);
        return result.Validation is null ? result with { Validation = ScoreOn(result.Model, Data.Validation) } : result;
    }

    /// <summary>Seconds of one pass over the training data: as the last training took, or as is measured before the first one. Only where time is limited.</summary>
    internal double SecondsAnEpoch => Data.Train.Count * Time!.SecondsAnExample(() => Pace(Baseline!, new TrainOptions().BatchSize));

    /// <summary>Whether training so would end in the time there is.</summary>
    internal bool HasTimeFor(TrainOptions? training) => training is null || Time is not { } time || time.Allows((double)Data.Train.Count * training.For(Data.Train.Count).Epochs);

    /// <summary>Notes what was done.</summary>
    internal void Note(string name, IReadOnlyDictionary<string, string> options, Stopwatch watch, Candidate result, bool accepted)
    {
        _log.Add(new StepLog(
            name, options, watch.Elapsed.TotalSeconds, result.Score.Value, (double)WeightCount.NonZero(result.Model) / OriginalWeights, Drop(result.Score), SizeEstimate.Of(result.Model), accepted));
        if (!accepted) Refuse(result);
        // A step that could do nothing hands on what it was given.
        if (Drop(result.Score) <= MaxDrop && !ReferenceEquals(result.Model, Baseline)) Found?.Add(result);
    }

    /// <summary>Notes a recipe that a search could not work through.</summary>
    internal void NoteLeftOut(string recipe, string reason) => _leftOut.Add((recipe, reason));

    /// <summary>Remembers a network that did not keep the promise, for saying how near it came.</summary>
    internal void Refuse(Candidate candidate)
    {
        if (Nearest is null || Beyond(candidate) < Beyond(Nearest)) Nearest = candidate;

        // Smaller candidates come first: of those within the limit the first stays.
        double Beyond(Candidate c) => Math.Max(Drop(c.Score), MaxDrop);
    }
}
