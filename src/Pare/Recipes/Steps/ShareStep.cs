using Pare.Onnx;
using Pare.Quantize;
using static System.FormattableString;

namespace Pare.Recipes.Steps;

/// <summary>
/// Shares weights by incremental freezing: while training goes on, a growing part of the weights, most certain first, is
/// fixed to its centroid; the free weights, the centroids and the biases make up for it (after Zhou et al. 2017, INQ,
/// with the codebooks of Deep Compression, section 3). Offers the coarsest codebook that keeps the promise.
/// </summary>
public sealed record ShareStep : RetrainingStep
{
    /// <summary>Codebook sizes to try, coarsest first; each 2 to 256, zero included.</summary>
    public required IReadOnlyList<int> Centroids { get; init; }

    /// <summary>Price of a bit of code in the assignment; 0 for the nearest centroid.</summary>
    public double Lambda { get; init; }

    /// <summary>Share of the run over which weights are frozen; the rest trains centroids and biases alone.</summary>
    public double Ramp { get; init; } = 0.8;

    /// <summary>How biases are kept.</summary>
    public BiasForm Biases { get; init; } = BiasForm.Grid8;

    public override string Name => "share";

    protected override int Tries => Centroids.Count;

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string>
    {
        ["centroids"] = string.Join(' ', Centroids), ["lambda"] = Invariant($"{Lambda}"), ["epochs"] = $"{Training.Epochs}",
    };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        foreach (var centroids in Centroids.TakeWhile(_ => run.HasTimeFor(Training)))
        {
            var options = new SortedDictionary<string, string> { ["centroids"] = $"{centroids}", ["lambda"] = Invariant($"{Lambda}"), ["epochs"] = Options["epochs"] };
            if (Attempt(run, options, from, () => Freeze(from.Model, centroids, run)) is ({ } result, true)) yield return result;
        }
    }

    private Candidate Freeze(Model model, int centroids, RecipeRun run)
    {
        Model? Edit(double progress, Model current, IReadOnlyDictionary<string, float[]> meanSquaredGradients)
        {
            if (progress > Ramp + 0.1 || NoGradientsYet(progress, meanSquaredGradients)) return null;
            return Frozen(current, Math.Min(1, progress / Ramp), meanSquaredGradients);
        }

        Model Frozen(Model current, double fraction, IReadOnlyDictionary<string, float[]> meanSquaredGradients)
        {
            var sharing = new ShareOptions { Size = CodebookSize.OfCentroids(centroids), Lambda = Lambda };
            return Sharer.Freeze(current, new FreezeOptions { Fraction = fraction, Sharing = sharing }, meanSquaredGradients).Model;
        }

        var trained = run.Retrain(model, Training, $"share {centroids} values", Edit, edits: 30);
        // A run of few steps may end before the last edit; what is shared already stays.
        var rounded = Rounder.Round(Frozen(trained.Model, 1, trained.MeanSquaredGradients), Biases);
        return new Candidate(rounded, run.ScoreOn(rounded, run.Data.Validation));
    }
}
