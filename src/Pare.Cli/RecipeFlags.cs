using System.CommandLine;
using Pare.Profile;
using Pare.Recipes;

namespace Pare.Cli;

/// <summary>Which recipe, under which promise. Defined once for every verb that runs one.</summary>
internal sealed class RecipeFlags : OptionGroup
{
    private readonly Option<string> _recipe;
    private readonly Option<double?> _maxDrop, _ratio;
    private readonly Option<string> _accept, _teacher;

    /// <param name="maxDropHelp">What may be lost.</param>
    public RecipeFlags(string maxDropHelp) : base("Recipe")
    {
        _recipe = Added(new Option<string>("--recipe") { HelpName = "R", Description = $"{string.Join(", ", Recipe.BuiltIn)}, or a JSON file. (default deep)", DefaultValueFactory = _ => "deep" });
        _maxDrop = Added(Opt.Number("--max-drop", "P", 0, 100, maxDropHelp));
        _ratio = Added(Opt.Number("--ratio", "R", 1, 1e9, "How many times smaller than the weights in 32 bits the packed file must be. Where that cannot be kept, exit code 3 and no output. (default: any)"));
        _accept = Added(AcceptOption.Create());
        _teacher = Added(Opt.Choice("--teacher", ["recipe", "none", "self"], "recipe", "Whom retraining follows besides the labels: nobody, or the network as it was (self); recipe leaves it to the recipe."));
    }

    /// <exception cref="BadInputException">There is no such recipe.</exception>
    public Recipe Plan(VerbRun run)
    {
        var plan = Recipe.Load(run.Get(_recipe));
        return run.Get(_teacher) switch
        {
            "self" => plan with { Teacher = RecipeTeacher.Self },
            "none" => plan with { Teacher = RecipeTeacher.None },
            _ => plan,
        };
    }

    /// <summary>The recipe as the user named it.</summary>
    public string Name(VerbRun run) => run.Get(_recipe);

    /// <summary>The promise.</summary>
    public Promise Promise(VerbRun run) => new() { MaxDrop = run.Get(_maxDrop), Rule = AcceptOption.Parse(run.Get(_accept)), Ratio = run.Get(_ratio) };
}
