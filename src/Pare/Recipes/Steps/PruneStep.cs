using Pare.Onnx;
using Pare.Prune;
using static System.FormattableString;

namespace Pare.Recipes.Steps;

/// <summary>
/// Prunes in cycles, each to a smaller share of the weights than the one before, with training going on while the
/// sparsity rises (Zhu and Gupta 2017) and a learning rate that starts anew. Channels that died are removed after each
/// cycle. A score on held-out data is noisy and later cycles win back, so one miss alone does not end it.
/// </summary>
public sealed record PruneStep : RetrainingStep
{
    /// <summary>Share of the original weights kept after each cycle, falling; each above 0 and below 1.</summary>
    public required IReadOnlyList<double> Kept { get; init; }

    /// <summary>Cycles in a row that may cost too much before pruning ends.</summary>
    public int Patience { get; init; } = 1;

    /// <summary>Tries between the last cycle that was kept and the first that was not.</summary>
    public int Bisections { get; init; } = 1;

    /// <summary>Share of a cycle over which the sparsity rises; the rest recovers.</summary>
    public double Ramp { get; init; } = 0.6;

    /// <summary>Share of the promised drop that pruning may use up; sharing needs the rest.</summary>
    public double Budget { get; init; } = 0.7;

    /// <summary>What decides which weights go.</summary>
    public PruneScore Score { get; init; } = PruneScore.Saliency;

    public override string Name => "prune";

    protected override int Tries => Kept.Count + Bisections;

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string>
    {
        ["kept"] = Listed(Kept), ["score"] = Score.ToString().ToLowerInvariant(), ["epochs"] = $"{Training.Epochs}",
    };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        var accepted = new Stack<Candidate>();
        accepted.Push(from);
        var current = from;
        // Shares are of the original, of which steps before may have left less.
        var present = WeightCount.NonZero(from.Model);
        double good = 1, bad = 0;
        var misses = 0;
        foreach (var kept in Kept.Where(k => k * run.OriginalWeights < present).TakeWhile(_ => misses <= Patience && run.HasTimeFor(Training)))
            current = Try(current, kept);
        for (var i = 0; i < Bisections && bad > 0 && run.HasTimeFor(Training); i++) Try(accepted.Peek(), Math.Sqrt(good * bad));
        return accepted;

        Candidate Try(Candidate start, double kept)
        {
            var options = new SortedDictionary<string, string> { ["kept"] = Invariant($"{kept:0.#####}"), ["score"] = Options["score"], ["epochs"] = Options["epochs"] };
            var (made, fits) = Attempt(run, options, start, () => Cycle(start.Model, kept, run), Budget * run.MaxDrop);
            if (fits)
            {
                (good, bad, misses) = (kept, kept < bad ? 0 : bad, 0);
                accepted.Push(made!);
            }
            else
            {
                bad = Math.Max(bad, kept);
                misses++;
            }
            return made ?? start;
        }
    }

    // Equation 1, t from 0 to 1: steeply at first.
    internal static double Cubic(double start, double end, double t) => end + (start - end) * Math.Pow(1 - t, 3);

    private Candidate Cycle(Model model, double kept, RecipeRun run)
    {
        var start = WeightCount.NonZero(model);
        var target = Math.Max(1, (long)(kept * run.OriginalWeights));
        var weights = WeightCount.All(model);
        double SparsityAt(double progress) => 1 - Cubic(start, target, progress / Ramp) / weights;

        Model? Edit(double progress, Model current, IReadOnlyDictionary<string, float[]> meanSquaredGradients)
        {
            if (progress > Ramp + 0.05 || (Score == PruneScore.Saliency && NoGradientsYet(progress, meanSquaredGradients))) return null;
            var options = new PruneOptions { Sparsity = SparsityAt(Math.Min(progress, Ramp)), Scope = PruneScope.Global, Score = Score, Exclude = ExcludedOf(current) };
            return Pruner.Prune(current, options, meanSquaredGradients).Model;
        }

        var trained = run.Retrain(model, Training, Invariant($"prune to {100 * kept:0.##} %"), Edit, edits: 40);
        return new Candidate(DeadChannels.Remove(trained.Model).Model, trained.Validation!);
    }
}
