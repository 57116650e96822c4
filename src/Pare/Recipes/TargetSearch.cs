using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>The cost that a search makes small.</summary>
public enum SearchTarget
{
    /// <summary>Bytes of the packed file.</summary>
    Size,

    /// <summary>Time of one prediction on this machine.</summary>
    Latency,

    /// <summary>Both: the networks that no other beats in one without losing in the other.</summary>
    Both,
}

/// <summary>What a network costs.</summary>
/// <param name="Bytes">Of its packed file.</param>
/// <param name="Milliseconds">One prediction.</param>
public sealed record PredictingCosts(long Bytes, double Milliseconds);

/// <summary>
/// Looks for the smallest or fastest network over several recipes: each gets a part of the time by what it trains, and everything that a step made on the way
/// counts.
/// </summary>
public static class TargetSearch
{
    /// <summary>What the weights of the networks that are kept for measuring may take: so many times the original's, or so many bytes where that is more.</summary>
    private const int Held = 2, HeldBytes = 256 << 20;

    /// <summary>Times that are nearer to each other than this factor count as equal.</summary>
    private const double Noise = 1.02;

    /// <summary>Recipes that a search works through, in order: what takes least time first.</summary>
    public static IReadOnlyList<Recipe> Recipes(SearchTarget target) => [.. Names(target).Select(Recipe.Load)];

    private static string[] Names(SearchTarget target) => target switch
    {
        SearchTarget.Size => ["bits", "small"],
        SearchTarget.Latency => ["int8", "fast"],
        _ => ["bits", "int8", "fast", "small"],
    };

    /// <summary>Works through the recipes.</summary>
    /// <param name="target">The cost that counts.</param>
    /// <param name="recipes">In order; the first says how a fresh network is trained.</param>
    /// <param name="model">The network.</param>
    /// <param name="run">What the steps share.</param>
    /// <param name="trained">False for a network fresh from the zoo: it is trained first.</param>
    /// <param name="costs">Measures both costs of networks side by side.</param>
    public static RecipeResult Run(SearchTarget target, IReadOnlyList<Recipe> recipes, Model model, RecipeRun run, bool trained, Func<IReadOnlyList<Model>, IReadOnlyList<PredictingCosts>> costs)
    {
        var start = RecipeRunner.Begin(recipes[0], model, run, trained);
        run.Found = new Shortlist(Math.Max(HeldBytes, Held * run.OriginalWeights * sizeof(float)));
        var examples = run.Data.Train.Count;
        foreach (var (i, recipe) in recipes.Index())
        {
            try
            {
                Explore(i);
            }
            catch (BadInputException e) when (e.InnerException is not (IOException or UnauthorizedAccessException))
            {
                // What one recipe cannot do to a network, such as training it, is no reason to do nothing.
                run.NoteLeftOut(recipe.Name, e.Message);
            }
        }
        var found = run.Found.Candidates;
        var measured = costs([start.Model, .. found.Select(c => c.Model)]);
        var kept = new List<Candidate>();
        var best = new List<PredictingCosts>();
        foreach (var i in Ranked(target, measured[0], [.. measured.Skip(1)]).TakeWhile(_ => target == SearchTarget.Both || kept.Count == 0))
        {
            // On a front what a kept network beats has no place; what only a refused one beats has.
            if (best.Exists(better => Beats(better, measured[i + 1]))) continue;
            if (!(run.Accept?.Invoke(found[i].Model) ?? true))
            {
                run.Refuse(found[i]);
                continue;
            }
            kept.Add(found[i]);
            best.Add(measured[i + 1]);
        }
        return new RecipeResult(start.Model, kept.FirstOrDefault()) { Front = target == SearchTarget.Both ? kept : [] };

        void Explore(int i)
        {
            var (recipe, epochs) = (recipes[i], recipes[i].Epochs(examples));
            if (run.Time is not { } time || epochs == 0)
            {
                RecipeRunner.Explore(start, recipe, run, seconds: null);
                return;
            }
            var seconds = time.Left() * epochs / recipes.Skip(i).Sum(r => r.Epochs(examples));
            var epoch = run.SecondsAnEpoch;
            if (seconds < epoch) run.NoteLeftOut(recipe.Name, $"an epoch of training takes about {epoch:0.##} seconds, and {seconds:0.##} are left for it");
            else RecipeRunner.Explore(start, recipe, run, seconds);
        }
    }

    /// <summary>Which networks come into question, the best first: those that cost less than the original; of both costs those that it does not beat, by their product.</summary>
    internal static IEnumerable<int> Ranked(SearchTarget target, PredictingCosts original, IReadOnlyList<PredictingCosts> costs)
    {
        var all = Enumerable.Range(0, costs.Count);
        return target switch
        {
            SearchTarget.Size => all.Where(i => costs[i].Bytes < original.Bytes).OrderBy(i => costs[i].Bytes),
            SearchTarget.Latency => all.Where(i => Noise * costs[i].Milliseconds < original.Milliseconds).OrderBy(i => costs[i].Milliseconds),
            _ => all.Where(i => !Beats(original, costs[i])).OrderBy(i => costs[i].Bytes * costs[i].Milliseconds),
        };
    }

    private static bool Beats(PredictingCosts a, PredictingCosts b) =>
        a.Bytes <= b.Bytes && a.Milliseconds <= Noise * b.Milliseconds && (a.Bytes < b.Bytes || Noise * a.Milliseconds < b.Milliseconds);
}
