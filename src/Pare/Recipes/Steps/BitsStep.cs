using Pare.Onnx;
using Pare.Profile;
using Pare.Quantize;
using static System.FormattableString;

namespace Pare.Recipes.Steps;

/// <summary>
/// Shares the weights of each layer with bits of its own, without training: from what each layer was measured to lose, the bits that lose least in a file of a
/// given size. Offers the smallest file that keeps the promise.
/// </summary>
public sealed record BitsStep : RecipeStep
{
    /// <summary>Sizes to try: how many times smaller than the weights in 32 bits the packed file is, largest first; each above 1.</summary>
    public required IReadOnlyList<double> Ratios { get; init; }

    /// <summary>How weights are shared; sizes are chosen by the step.</summary>
    public ShareOptions Sharing { get; init; } = new();

    public override string Name => "bits";

    public override bool Trains => false;

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string> { ["ratios"] = Listed(Ratios) };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        var measured = run.SensitivityOf(from.Model, "bits");
        var weights = ModelProfile.Of(from.Model).WeightBytes;
        foreach (var ratio in Ratios.OrderDescending())
        {
            if (Shared(from, measured, (long)(weights / ratio)) is not { } shared) continue;
            if (Attempt(run, new SortedDictionary<string, string> { ["ratio"] = Invariant($"{ratio}") }, from, () => new Candidate(shared, run.ScoreOn(shared, run.Data.Validation))) is ({ } result, true)) yield return result;
        }
    }

    // Null where the fewest bits of all layers take more.
    private Model? Shared(Candidate from, SensitivityResult measured, long bytes)
    {
        try
        {
            return SharedBits.Within(from.Model, Sharing, measured, bytes).Model;
        }
        catch (OutOfReachException)
        {
            return null;
        }
    }
}
