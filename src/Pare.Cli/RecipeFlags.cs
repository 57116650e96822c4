using System.CommandLine;
using Pare.Profile;
using Pare.Recipes;

namespace Pare.Cli;

/// <summary>Which recipe, under which promise. Defined once for every verb that runs one.</summary>
internal sealed class RecipeFlags : OptionGroup
{
    private readonly Option<string?> _recipe;
    private readonly Option<double?> _maxDrop, _ratio;
    private readonly Option<string> _accept, _teacher;
    private readonly Option<string>? _target;
    private readonly Option<double?>? _minutes;

    /// <param name="maxDropHelp">What may be lost.</param>
    /// <param name="searches">Whether the verb can look over several recipes.</param>
    public RecipeFlags(string maxDropHelp, bool searches = false) : base("Recipe")
    {
        if (searches)
        {
            _target = Added(Opt.Choice("--target", ["none", "size", "latency", "both"], "none", "Look over several recipes for the network that keeps the promise and has the smallest packed file, the shortest prediction on this machine, or for all that no other beats in both; none works through one recipe."));
            _minutes = Added(Opt.Number("--minutes", "M", 0.01, 100_000, "Time for the search of --target: training is made as long as fits. (default: as long as its recipes take)"));
        }
        _recipe = Added(Opt.Text("--recipe", "R", "deep: prune to a few percent, then share weights; small: the same, milder; bits: share without training; int8: 8 bits where they are faster; fast: branches and channels out, then int8; qat: 4 bits, trained so; or a JSON file (docs/recipes.md). (default deep for networks of the zoo, small for those from files)"));
        _maxDrop = Added(Opt.Number("--max-drop", "P", 0, 100, maxDropHelp));
        _ratio = Added(Opt.Number("--ratio", "R", 1, 1e9, "How many times smaller than the weights in 32 bits the packed file must be. Where that cannot be kept, exit code 3 and no output. (default: any)"));
        _accept = Added(AcceptOption.Create());
        _teacher = Added(Opt.Choice("--teacher", ["recipe", "none", "self"], "recipe", "Whom retraining follows besides the labels: nobody, or the network as it was (self); recipe leaves it to the recipe."));
    }

    /// <summary>What a search makes small; null where a recipe is to be worked through.</summary>
    /// <exception cref="BadInputException">Options that say different things are given together.</exception>
    public SearchTarget? Target(VerbRun run)
    {
        var target = _target is null || run.Get(_target) == "none" ? null : run.Get(_target);
        if (target is null && _minutes is not null && run.Get(_minutes) is not null) throw new BadInputException("--minutes is the time of a search; it belongs to --target");
        if (target is null) return null;
        if (run.Has(_recipe) || run.Has(_teacher)) throw new BadInputException("--target looks over several recipes; --recipe and --teacher choose one");
        return Enum.Parse<SearchTarget>(target, ignoreCase: true);
    }

    /// <summary>The time of a search; null for any.</summary>
    public TimeSpan? Time(VerbRun run) => _minutes is not null && run.Get(_minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;

    /// <param name="isFresh">Whether the network comes from the zoo, untrained.</param>
    /// <exception cref="BadInputException">There is no such recipe.</exception>
    public Recipe Plan(VerbRun run, bool isFresh)
    {
        var plan = Recipe.Load(Name(run, isFresh));
        return run.Get(_teacher) switch
        {
            "self" => plan with { Teacher = RecipeTeacher.Self },
            "none" => plan with { Teacher = RecipeTeacher.None },
            _ => plan,
        };
    }

    /// <summary>The recipe as the user named it. One that others trained has fewer weights to spare than the classics of the zoo.</summary>
    public string Name(VerbRun run, bool isFresh) => run.Get(_recipe) ?? (isFresh ? "deep" : "small");

    /// <summary>The promise.</summary>
    public Promise Promise(VerbRun run) => new() { MaxDrop = run.Get(_maxDrop), Rule = AcceptOption.Parse(run.Get(_accept)), Ratio = run.Get(_ratio) };
}
