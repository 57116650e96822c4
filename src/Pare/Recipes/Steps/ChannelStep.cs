using Pare.Onnx;
using Pare.Prune.Channels;

namespace Pare.Recipes.Steps;

/// <summary>Removes whole channels in cycles, with training after each.</summary>
public sealed record ChannelStep : CutStep
{
    /// <summary>What decides which channels go. Fisher takes the mean squared gradients of the training before.</summary>
    public ChannelImportance Importance { get; init; } = ChannelImportance.L2;

    /// <summary>Widths that change become multiples of this.</summary>
    public int Multiple { get; init; } = 1;

    public override string Name => "channels";

    public override bool Trains => base.Trains || Importance == ChannelImportance.Fisher;

    public override IReadOnlyDictionary<string, string> Options =>
        new SortedDictionary<string, string>(base.Options.ToDictionary()) { ["importance"] = Importance.ToString().ToLowerInvariant(), ["multiple"] = $"{Multiple}" };

    protected override Model Cut(Model model, double share, IReadOnlyDictionary<string, long> macs, TrainResult? trained, RecipeRun run)
    {
        var gradients = Importance == ChannelImportance.Fisher ? trained is { MeanSquaredGradients: { Count: > 0 } kept } ? kept : Gradients(model, run) : null;
        return ChannelPruner.Prune(model, new ChannelPruneOptions { Macs = share, Importance = Importance, Multiple = Multiple, Exclude = ExcludedOf(model) }, macs, gradients).Model;
    }

    // One pass over the data at a rate that changes nothing to speak of, only to see the gradients.
    private static IReadOnlyDictionary<string, float[]> Gradients(Model model, RecipeRun run) =>
        run.Retrain(model, new TrainOptions { Epochs = 1, LearningRate = 1e-12, Schedule = ScheduleKind.Constant }, "channel gradients").MeanSquaredGradients;
}
