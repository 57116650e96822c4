using Pare.Quantize.Integer;

namespace Pare.Recipes.Steps;

/// <summary>
/// 8 bits where they are faster (Jacob et al. 2018): weights and activations in codes that ONNX Runtime computes with; layers that are
/// not faster so, or cost more than the promise, stay float. Offers the float network too, where nothing is gained.
/// </summary>
public sealed record Int8Step : RecipeStep
{
    /// <summary>How ranges are found and weights are rounded.</summary>
    public Int8Options Network { get; init; } = new();

    public override string Name => "int8";

    public override bool Trains => false;

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string> { ["calibration"] = $"{Network.Method}".ToLowerInvariant() };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        var options = new SortedDictionary<string, string>(Options.ToDictionary(), StringComparer.Ordinal);
        if (Attempt(run, options, from, Coded) is ({ } result, true)) yield return result;
        yield return from;

        Candidate Coded()
        {
            var (model, left, _) = run.ToInt8(from.Model, Network with { Exclude = ExcludedOf(from.Model) }, true, run);
            foreach (var (layer, reason) in left) options[$"float: {layer}"] = reason;
            return new Candidate(model, run.ScoreOn(model, run.Data.Validation));
        }
    }
}
