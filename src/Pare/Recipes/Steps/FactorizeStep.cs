using Pare.LowRank;
using static System.FormattableString;

namespace Pare.Recipes.Steps;

/// <summary>
/// Thin layers of low rank in place of wide ones, retrained: for each share of the multiply-adds, smallest first, ranks that lose least, factors
/// from the second moments of layers' inputs on training examples, and training as a whole. Offers the network it was given last.
/// </summary>
public sealed record FactorizeStep : RetrainingStep
{
    /// <summary>Multiply-adds of the whole network as shares of those before the step, each above 0 and below 1.</summary>
    public required IReadOnlyList<double> Macs { get; init; }

    /// <summary>How convolutions with a kernel are split; null for the method that errs least.</summary>
    public FactorMethod? Method { get; init; }

    /// <summary>Training examples that outputs are to err little on; 0 for factors of the weights alone.</summary>
    public int Images { get; init; } = 256;

    public override string Name => "factorize";

    protected override int Tries => Macs.Count;

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string>
    {
        ["macs"] = Listed(Macs), ["method"] = Method?.ToString().ToLowerInvariant() ?? "auto", ["images"] = $"{Images}", ["epochs"] = $"{Training.Epochs}",
    };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        foreach (var macs in Macs.Order().TakeWhile(_ => run.HasTimeFor(Training)))
        {
            var options = new SortedDictionary<string, string>(Options.ToDictionary(), StringComparer.Ordinal) { ["macs"] = Invariant($"{macs}") };
            if (Attempt(run, options, from, () => Trained(macs, options)) is ({ } result, true)) yield return result;
        }
        yield return from;

        Candidate Trained(double macs, SortedDictionary<string, string> options)
        {
            var (thin, left) = run.Factorize(from.Model, new FactorizeOptions { Macs = macs, Method = Method, Exclude = ExcludedOf(from.Model) }, Images, run);
            foreach (var (layer, reason) in left) options[$"whole: {layer}"] = reason;
            var trained = run.Retrain(thin, Training, Invariant($"factorize to {100 * macs:0.##} %"));
            return new Candidate(trained.Model, trained.Validation!);
        }
    }
}
