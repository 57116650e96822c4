using System.Diagnostics;
using Pare.Onnx;
using Pare.Profile;
using Pare.Prune;
using Pare.Prune.Channels;

namespace Pare.Recipes.Steps;

/// <summary>
/// Removes whole channels in cycles, each down to a smaller share of the original's multiply-adds, with training after each
/// (the iterative scheme of Molchanov et al. 2017). Goes on until a cycle costs more than its share of the promise.
/// </summary>
public sealed record ChannelStep : RecipeStep
{
    /// <summary>Share of the original multiply-adds left after each cycle, falling; each above 0 and below 1.</summary>
    public required IReadOnlyList<double> Macs { get; init; }

    /// <summary>How each cycle trains.</summary>
    public required TrainOptions Training { get; init; }

    /// <summary>What decides which channels go. Fisher takes the mean squared gradients of the training before.</summary>
    public ChannelImportance Importance { get; init; } = ChannelImportance.L2;

    /// <summary>Widths that change become multiples of this.</summary>
    public int Multiple { get; init; } = 1;

    /// <summary>Share of the promised drop that this step may use up; later steps need the rest.</summary>
    public double Budget { get; init; } = 0.7;

    /// <summary>Layers whose output channels all stay, by name pattern.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    public override string Name => "channels";

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string>
    {
        ["macs"] = string.Join(' ', Macs), ["importance"] = Importance.ToString().ToLowerInvariant(), ["multiple"] = $"{Multiple}", ["epochs"] = $"{Training.Epochs}",
    };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        var accepted = new Stack<Candidate>();
        accepted.Push(from);
        var whole = (double)ModelProfile.MacsByNode(from.Model).Values.Sum();
        IReadOnlyDictionary<string, float[]>? gradients = null;
        foreach (var share in Macs)
        {
            var watch = Stopwatch.StartNew();
            if (Importance == ChannelImportance.Fisher) gradients ??= Gradients(from.Model, run);
            var trained = Cycle(accepted.Peek().Model, share, whole, gradients, run);
            gradients = trained.MeanSquaredGradients;
            var result = new Candidate(trained.Model, trained.Validation!);
            var fits = run.Drop(result.Score) <= Budget * run.MaxDrop;
            var options = new SortedDictionary<string, string>(Options.ToDictionary()) { ["macs"] = $"{share:0.#####}" };
            run.Note(Name, options, watch, result, fits);
            if (!fits) break;
            accepted.Push(result);
        }
        return accepted;
    }

    private TrainResult Cycle(Model model, double share, double whole, IReadOnlyDictionary<string, float[]>? gradients, RecipeRun run)
    {
        var macs = ModelProfile.MacsByNode(model);
        // The share is of the original; what a model before this step has lost already counts.
        var left = share * whole / macs.Values.Sum();
        var options = new ChannelPruneOptions { Macs = left, Importance = Importance, Multiple = Multiple, Exclude = Exclude };
        var smaller = left < 1 ? ChannelPruner.Prune(model, options, macs, gradients).Model : model;
        return run.Retrain(smaller, Training, $"channels to {100 * share:0.##} %");
    }

    // One pass over the data at a rate that changes nothing to speak of, only to see the gradients.
    private IReadOnlyDictionary<string, float[]> Gradients(Model model, RecipeRun run) =>
        run.Retrain(model, Training with { Epochs = 1, MinSteps = 0, Optimizer = OptimizerKind.Adam, LearningRate = 1e-12, WeightDecay = 0, Schedule = ScheduleKind.Constant }, "channel gradients").MeanSquaredGradients;
}
