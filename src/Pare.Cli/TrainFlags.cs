using System.CommandLine;
using Pare.Data;
using Pare.Recipes;

namespace Pare.Cli;

/// <summary>How a network is trained.</summary>
internal sealed class TrainFlags : OptionGroup
{
    private static readonly TrainOptions Default = new();
    private readonly Option<int?> _epochs, _batch;
    private readonly Option<double?> _rate, _decay, _momentum, _smoothing, _warmup;
    private readonly Option<string> _optimizer, _schedule;
    private readonly Option<bool> _keepScales, _batchNorm;
    private readonly Option<string?> _augment, _checkpoint;

    /// <param name="fresh">True where networks are trained from their start, several at a time: none is in codes or goes on from a file.</param>
    public TrainFlags(bool fresh = false) : base("Training")
    {
        _epochs = Added(Opt.MaybeWhole("--epochs", "N", 1, 100_000, $"Passes over the training data. (default {Default.Epochs})"));
        _batch = Added(Opt.MaybeWhole("--batch", "N", 1, 1 << 20, $"Examples a step. (default {Default.BatchSize})"));
        _optimizer = Added(Opt.Choice("--optimizer", ["sgd", "adam", "adamw"], "adam", "Gradient method."));
        _rate = Added(Opt.Number("--lr", "R", 0, 1000, $"Peak learning rate. (default {Default.LearningRate})"));
        _schedule = Added(Opt.Choice("--schedule", ["constant", "cosine", "step", "onecycle"], "cosine", "How the learning rate falls."));
        _warmup = Added(Opt.Number("--warmup", "E", 0, 100_000, $"Epochs over which the learning rate rises. (default {Default.WarmupEpochs})"));
        _momentum = Added(Opt.Number("--momentum", "M", 0, 1, $"Momentum of sgd. (default {Default.Momentum})", closed: false));
        _decay = Added(Opt.Number("--weight-decay", "D", 0, 1, $"Decay of weights, never of biases or pruned zeros. (default {Default.WeightDecay})"));
        _smoothing = Added(Opt.Number("--label-smoothing", "S", 0, 1, $"Share of the target spread over all classes. (default {Default.LabelSmoothing})", closed: false));
        _batchNorm = Added(Opt.Flag("--batch-norm", "Normalize the output of each convolution that has no BatchNorm by the batch while training; folded into it at the end."));
        _keepScales = Shown(!fresh, Opt.Flag("--keep-scales", "Leave a quantized network's scales and zero points as they were calibrated; else they are learned."));
        _augment = Added(Opt.Text("--augment", "A", "Random changes to training pictures: none, digits, photos, with settings such as digits,rotate=15,keep=0.5. (default none)"));
        _checkpoint = Shown(!fresh, Opt.Text("--checkpoint", "FILE", "Holds the run every few seconds; where it exists, the run goes on from it, to the same bits."));
    }

    /// <exception cref="BadInputException">A value is out of range, or plays no part.</exception>
    public TrainOptions Read(VerbRun run)
    {
        if (run.Get(_optimizer) != "sgd") run.Refuse($"--optimizer {run.Get(_optimizer)}", _momentum);
        return Values(run).Validate();
    }

    private TrainOptions Values(VerbRun run) => new()
    {
        Epochs = run.Get(_epochs) ?? Default.Epochs,
        BatchSize = run.Get(_batch) ?? Default.BatchSize,
        Optimizer = Enum.Parse<OptimizerKind>(run.Get(_optimizer), ignoreCase: true),
        LearningRate = run.Get(_rate) ?? Default.LearningRate,
        Schedule = Enum.Parse<ScheduleKind>(run.Get(_schedule), ignoreCase: true),
        WarmupEpochs = run.Get(_warmup) ?? Default.WarmupEpochs,
        Momentum = run.Get(_momentum) ?? Default.Momentum,
        WeightDecay = run.Get(_decay) ?? Default.WeightDecay,
        LabelSmoothing = run.Get(_smoothing) ?? Default.LabelSmoothing,
        BatchNorm = run.Get(_batchNorm),
        LearnScales = !run.Get(_keepScales),
        Seed = run.Seed,
        Threads = run.Threads,
    };

    public Augmentation? Augmentation(VerbRun run) => run.Get(_augment) is { } text ? Data.Augmentation.Parse(text) : null;

    /// <summary>Where the run is kept; null for nowhere.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public string? Checkpoint(VerbRun run)
    {
        if (run.Get(_checkpoint) is not { } path) return null;
        OutputFile.Check(path);
        return path;
    }

    private Option<T> Shown<T>(bool shown, Option<T> option) => shown ? Added(option) : option;
}
