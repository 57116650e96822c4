using Pare.Data;
using Pare.Onnx;
using Pare.Profile;
using Pare.Prune;

namespace Pare.Recipes.Steps;

/// <summary>Removes whole residual branches in cycles, with training after each: those that lose least on some of the training examples.</summary>
public sealed record BranchStep : CutStep
{
    /// <summary>Training examples that each branch is tried on; 1 or more.</summary>
    public int Images { get; init; } = 1024;

    public override string Name => "branches";

    protected override Model Cut(Model model, double share, IReadOnlyDictionary<string, long> macs, TrainResult? trained, RecipeRun run)
    {
        var tried = Subset.Draw(run.Data.Train, Math.Min(Images, run.Data.Train.Count), run.Seed);
        var before = run.ScoreOn(model, tried);
        return BranchPruner.Prune(model, share, ModelProfile.MacsByNode, m => run.Metric.Drop(before.Value, run.ScoreOn(m, tried).Value), progress: null, ExcludedOf(model)).Model;
    }
}
