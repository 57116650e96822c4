using System.Diagnostics;
using Pare.Onnx;
using static System.FormattableString;

namespace Pare.Recipes;

/// <summary>A model on its way through a recipe.</summary>
/// <param name="Model">The network.</param>
/// <param name="Score">Its score on the validation data.</param>
public sealed record Candidate(Model Model, Score Score);

/// <summary>
/// One step of a recipe with its options. A step offers candidates, the smallest first; a later one is only worked out
/// when nothing could be made of those before it.
/// </summary>
public abstract record RecipeStep
{
    /// <summary>The step's name in recipe files and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Layers that are left as they are, by name pattern.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The options as they are reported.</summary>
    public abstract IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>Whether the step trains: then data must have labels, and every operator a gradient.</summary>
    public virtual bool Trains => true;

    /// <summary>Epochs that it trains if every candidate is worked out.</summary>
    /// <param name="examples">Training examples.</param>
    public virtual int Epochs(int examples) => 0;

    /// <summary>The step with its training made longer or shorter by a factor.</summary>
    public virtual RecipeStep Stretched(double factor) => this;

    /// <summary>Works one candidate out and notes what came of it. What the steps before have won is not lost where it cannot be.</summary>
    /// <param name="options">What it was asked for; <paramref name="make"/> may add what it found.</param>
    /// <param name="from">What it is worked out from.</param>
    /// <param name="make">Works it out.</param>
    /// <param name="allowed">Points that it may cost; null for what the promise allows.</param>
    /// <returns>The candidate, null where it is out of reach, and whether it costs no more than is allowed.</returns>
    protected (Candidate? Made, bool Fits) Attempt(RecipeRun run, IReadOnlyDictionary<string, string> options, Candidate from, Func<Candidate> make, double? allowed = null)
    {
        var watch = Stopwatch.StartNew();
        Candidate result;
        try
        {
            result = make();
        }
        catch (BadInputException e) when (e is OutOfReachException || (!ReferenceEquals(from.Model, run.Baseline) && e.InnerException is null))
        {
            run.Note(Name, new SortedDictionary<string, string>(options.ToDictionary(), StringComparer.Ordinal) { ["given up"] = e.Message }, watch, from, accepted: true);
            return (null, false);
        }
        var fits = run.Drop(result.Score) <= (allowed ?? run.MaxDrop);
        run.Note(Name, options, watch, result, fits);
        return (result, fits);
    }

    /// <summary>Of the patterns in <see cref="Exclude"/> those that fit: earlier steps may have removed what others stand for.</summary>
    protected IReadOnlyList<string> ExcludedOf(Model model) => LayerPatterns.Fitting([.. Layer.Of(new GraphIndex(model.Graph))], Exclude);

    /// <summary>Listed numbers, as <see cref="Options"/> hold them.</summary>
    protected static string Listed(IEnumerable<double> numbers) => string.Join(" ", numbers.Select(n => Invariant($"{n}")));

    /// <summary>Works on a candidate.</summary>
    public abstract IEnumerable<Candidate> Apply(Candidate from, RecipeRun run);
}
