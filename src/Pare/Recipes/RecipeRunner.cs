using System.Diagnostics;
using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>What a recipe made.</summary>
/// <param name="Baseline">The network the promise is about: as given, or as trained first where it had no weights yet.</param>
/// <param name="Result">The compressed network; null where no candidate kept the promise.</param>
public sealed record RecipeResult(Model Baseline, Candidate? Result)
{
    /// <summary>Where both costs were to be made small: the networks that no other beats in one without losing in the other, <see cref="Result"/> first.</summary>
    public IReadOnlyList<Candidate> Front { get; init; } = [];
}

/// <summary>Works through a recipe, going back to an earlier candidate where a later step cannot keep the promise.</summary>
public static class RecipeRunner
{
    /// <summary>More time than that makes training no longer than so many times its usual length.</summary>
    private const double MaxStretch = 4;

    /// <summary>Runs the recipe.</summary>
    /// <param name="model">The network.</param>
    /// <param name="trained">False for a network fresh from the zoo: it is trained first.</param>
    /// <exception cref="BadInputException">A pattern of layers to leave alone fits none, or what the first step needs is not there.</exception>
    public static RecipeResult Run(Recipe recipe, Model model, RecipeRun run, bool trained)
    {
        CheckPatterns(recipe, model);
        var start = Begin(recipe, model, run, trained);
        return new RecipeResult(start.Model, From(start, recipe, run, seconds: null, run.Accept));
    }

    /// <summary>Settles what the promise is about.</summary>
    internal static Candidate Begin(Recipe recipe, Model model, RecipeRun run, bool trained)
    {
        run.OriginalWeights = WeightCount.All(model);
        var start = trained ? new Candidate(model, run.ScoreOn(model, run.Data.Validation)) : Train(model, recipe.Baseline, run);
        (run.Baseline, run.Reference) = (start.Model, start.Score);
        run.MaxDrop = run.Promise.MaxDrop ?? recipe.Allowance(run.Metric.Error(start.Score.Value));
        return start;
    }

    /// <summary>Runs the recipe for what its steps find on the way, in so many seconds; null for any time.</summary>
    internal static void Explore(Candidate start, Recipe recipe, RecipeRun run, double? seconds)
    {
        CheckPatterns(recipe, start.Model);
        From(start, recipe, run, seconds, accept: null);
    }

    // Before any work: what a later step cannot do is given up then.
    private static void CheckPatterns(Recipe recipe, Model model)
    {
        var layers = Layer.Of(new GraphIndex(model.Graph)).ToList();
        foreach (var step in recipe.Steps) new LayerPatterns(step.Exclude).CheckAllFit(layers);
    }

    private static Candidate? From(Candidate start, Recipe recipe, RecipeRun run, double? seconds, Func<Model, bool>? accept)
    {
        run.Teacher = recipe.Teacher == RecipeTeacher.Self || run.FollowsItselfAlone ? run.Baseline : null;
        var end = seconds is { } some ? run.Time!.Passed() + some : (double?)null;
        return Search(start, 0);

        Candidate? Search(Candidate from, int at)
        {
            if (at == recipe.Steps.Count)
            {
                if (run.Drop(from.Score) <= run.MaxDrop && (accept?.Invoke(from.Model) ?? true)) return from;
                run.Refuse(from);
                return null;
            }
            var step = end is { } last ? Fitted(recipe.Steps.Skip(at), run, last) : recipe.Steps[at];
            foreach (var candidate in step.Apply(from, run))
                if (Search(candidate, at + 1) is { } found) return found;
            return null;
        }
    }

    // The first of the steps that are left, with its part of the time that is left: by what they train, and so that all of it is used.
    private static RecipeStep Fitted(IEnumerable<RecipeStep> steps, RecipeRun run, double end)
    {
        var (step, examples, now) = (steps.First(), run.Data.Train.Count, run.Time!.Passed());
        var (epochs, all) = (step.Epochs(examples), steps.Sum(s => s.Epochs(examples)));
        if (epochs == 0) return step;
        run.Time.EndBy(now + (end - now) * epochs / all);
        return step.Stretched(Math.Min(MaxStretch, (end - now) / (all * run.SecondsAnEpoch)));
    }

    private static Candidate Train(Model model, TrainOptions options, RecipeRun run)
    {
        var watch = Stopwatch.StartNew();
        var result = run.Retrain(model, options, "train");
        var candidate = new Candidate(result.Model, result.Validation!);
        run.Reference = candidate.Score;
        run.Note("train", new SortedDictionary<string, string> { ["epochs"] = $"{options.For(run.Data.Train.Count).Epochs}" }, watch, candidate, accepted: true);
        return candidate;
    }
}
