using Pare.Quantize.Integer;

namespace Pare.Recipes.Steps;

/// <summary>
/// Quantization-aware training (Jacob et al. 2018, section 3; Esser et al., LSQ, 2020): weights and 8-bit activations in codes, then training through
/// the rounding, which moves weights, biases, scales and zero points. Pruned zeros stay, shared weights keep their codebooks. Offers the fewest bits that keep the promise.
/// </summary>
public sealed record QatStep : RetrainingStep
{
    /// <summary>Bits of a weight to try, fewest first; each 2 to 8.</summary>
    public required IReadOnlyList<int> Bits { get; init; }

    /// <summary>How codes start; bits are those of the candidate.</summary>
    public Int8Options Network { get; init; } = new() { KeepShared = true };

    public override string Name => "qat";

    protected override int Tries => Bits.Count;

    public override IReadOnlyDictionary<string, string> Options => OptionsOf(string.Join(' ', Bits));

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        foreach (var bits in Bits.TakeWhile(_ => run.HasTimeFor(Training)))
        {
            var options = OptionsOf($"{bits}");
            if (Attempt(run, options, from, () => Trained(bits, options)) is ({ } result, true)) yield return result;
        }

        Candidate Trained(int bits, SortedDictionary<string, string> options)
        {
            var coded = run.ToInt8(from.Model, Network with { WeightBits = bits, Exclude = ExcludedOf(from.Model) }, false, run);
            foreach (var (layer, reason) in coded.Float) options[$"float: {layer}"] = reason;
            var trained = run.Retrain(coded, Training, $"train with {bits}-bit weights").Model;
            return new Candidate(trained, run.ScoreOn(trained, run.Data.Validation));
        }
    }

    private SortedDictionary<string, string> OptionsOf(string bits) => new(StringComparer.Ordinal)
    {
        ["bits"] = bits, ["edgeBits"] = $"{Network.EdgeBits}", ["calibration"] = $"{Network.Method}".ToLowerInvariant(),
        ["scales"] = Training.LearnScales ? "learned" : "fixed", ["epochs"] = $"{Training.Epochs}",
    };
}
