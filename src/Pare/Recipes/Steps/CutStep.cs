using Pare.Onnx;
using Pare.Profile;
using static System.FormattableString;

namespace Pare.Recipes.Steps;

/// <summary>
/// Makes a network smaller in cycles, each down to a smaller share of the original's multiply-adds, with training after each
/// (the iterative scheme of Molchanov et al. 2017). Goes on until a cycle costs more than its share of the promise, or no more can be cut.
/// </summary>
public abstract record CutStep : RecipeStep
{
    /// <summary>A cycle that costs no more than so many times its share of the promise is trained again: often that brings back what is missing.</summary>
    private const double Near = 3;
    private const int MaxTrainings = 2;

    /// <summary>Share of the original multiply-adds left after each cycle, falling; each above 0 and below 1.</summary>
    public required IReadOnlyList<double> Macs { get; init; }

    /// <summary>How each cycle trains; null leaves training, and what comes of it, to the next step.</summary>
    public required TrainOptions? Training { get; init; }

    /// <summary>Share of the promised drop that this step may use up; later steps need the rest.</summary>
    public double Budget { get; init; } = 0.7;

    public override bool Trains => Training is not null;

    public override int Epochs(int examples) => Macs.Count * (Training?.For(examples).Epochs ?? 0);

    /// <summary>In less time than all cycles take there are fewer of them; only where one takes more is it shorter.</summary>
    public override RecipeStep Stretched(double factor) => this with { Training = Training?.Stretched(Math.Max(factor, Math.Min(1, factor * Macs.Count))) };

    public override IReadOnlyDictionary<string, string> Options => new SortedDictionary<string, string> { ["macs"] = Listed(Macs), ["epochs"] = $"{Training?.Epochs ?? 0}" };

    public override IEnumerable<Candidate> Apply(Candidate from, RecipeRun run)
    {
        var accepted = new Stack<Candidate>();
        accepted.Push(from);
        var whole = (double)ModelProfile.MacsByNode(run.Baseline ?? from.Model).Values.Sum();
        var allowed = Training is null ? double.PositiveInfinity : Budget * run.MaxDrop;
        TrainResult? trained = null;
        foreach (var share in Macs.TakeWhile(_ => run.HasTimeFor(Training)))
        {
            var model = accepted.Peek().Model;
            var macs = ModelProfile.MacsByNode(model);
            // The share is of the original; what was lost before already counts.
            var left = share * whole / macs.Values.Sum();
            if (left >= 1) continue;
            Model? smaller = null;
            var (trainings, fits) = (0, false);
            Candidate? made;
            do
            {
                var options = new SortedDictionary<string, string>(Options.ToDictionary()) { ["macs"] = Invariant($"{share:0.#####}") };
                if (Training is not null) options["epochs"] = $"{++trainings * Training.Epochs}";
                (made, fits) = Attempt(run, options, accepted.Peek(), () => Trained(smaller ??= Cut(model, left, macs, trained, run), share), allowed);
                smaller = made?.Model;
            }
            while (made is not null && !fits && run.Drop(made.Score) <= Near * allowed && trainings < MaxTrainings && run.HasTimeFor(Training));
            if (!fits) break;
            accepted.Push(made!);
        }
        return accepted;

        Candidate Trained(Model smaller, double share)
        {
            if (Training is null) return new Candidate(smaller, run.ScoreOn(smaller, run.Data.Validation));
            trained = run.Retrain(smaller, Training, Invariant($"{Name} to {100 * share:0.##} %"));
            return new Candidate(trained.Model, trained.Validation!);
        }
    }

    /// <summary>The model with a share of its multiply-adds or less.</summary>
    /// <param name="macs">Multiply-adds of each node by the name of its first output.</param>
    /// <param name="trained">The cycle before; null in the first.</param>
    protected abstract Model Cut(Model model, double share, IReadOnlyDictionary<string, long> macs, TrainResult? trained, RecipeRun run);
}
