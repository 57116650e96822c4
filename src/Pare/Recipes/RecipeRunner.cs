using System.Diagnostics;
using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>What a recipe made.</summary>
/// <param name="Baseline">The network the promise is about: as given, or as trained first where it had no weights yet.</param>
/// <param name="Result">The compressed network; null where no candidate kept the promise.</param>
public sealed record RecipeResult(Model Baseline, Candidate? Result);

/// <summary>Works through a recipe, going back to an earlier candidate where a later step cannot keep the promise.</summary>
public static class RecipeRunner
{
    /// <summary>Runs the recipe.</summary>
    /// <param name="model">The network.</param>
    /// <param name="trained">False for a network fresh from the zoo: it is trained first.</param>
    public static RecipeResult Run(Recipe recipe, Model model, RecipeRun run, bool trained)
    {
        run.OriginalWeights = WeightCount.All(model);
        var start = trained ? new Candidate(model, run.ScoreOn(model, run.Data.Validation)) : Train(model, recipe.Baseline, run);
        (run.Baseline, run.Reference) = (start.Model, start.Score);
        run.Teacher = recipe.Teacher == RecipeTeacher.Self || run.FollowsItselfAlone ? start.Model : null;
        run.MaxDrop = run.Promise.MaxDrop ?? recipe.Allowance(run.Metric.Error(start.Score.Value));
        return new RecipeResult(start.Model, Search(start, recipe.Steps, 0, run));
    }

    private static Candidate? Search(Candidate from, IReadOnlyList<RecipeStep> steps, int at, RecipeRun run)
    {
        if (at == steps.Count)
        {
            if (run.Drop(from.Score) <= run.MaxDrop && (run.Accept?.Invoke(from.Model) ?? true)) return from;
            run.Refuse(from);
            return null;
        }
        foreach (var candidate in steps[at].Apply(from, run))
            if (Search(candidate, steps, at + 1, run) is { } found) return found;
        return null;
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
