using Pare.Recipes;
using Pare.Recipes.Steps;
using Xunit;

namespace Pare.Tests.Recipes;

public class RecipeTests
{
    private const string Whole = """
        { "name": "mine", "baseline": { "epochs": 3 }, "steps": [
          { "step": "prune", "kept": [0.5, 0.1], "epochs": 4, "score": "magnitude", "exclude": ["conv1"] },
          { "step": "share", "centroids": [8, 16], "learningRate": 0.01 } ] }
        """;

    [Fact]
    public void A_recipe_is_read_with_its_options()
    {
        var recipe = Recipe.Parse(Whole, "test");
        Assert.Equal("mine", recipe.Name);
        Assert.Equal(3, recipe.Baseline.Epochs);
        var prune = Assert.IsType<PruneStep>(recipe.Steps[0]);
        Assert.Equal([0.5, 0.1], prune.Kept);
        Assert.Equal(4, prune.Training.Epochs);
        Assert.Equal(Pare.Prune.PruneScore.Magnitude, prune.Score);
        Assert.Equal(["conv1"], prune.Exclude);
        var share = Assert.IsType<ShareStep>(recipe.Steps[1]);
        Assert.Equal([8, 16], share.Centroids);
        Assert.Equal(0.01, share.Training.LearningRate);
    }

    [Fact]
    public void Channels_are_a_step()
    {
        var recipe = Recipe.Parse("""{ "baseline": {}, "steps": [{ "step": "channels", "macs": [0.8, 0.5], "importance": "fisher", "multiple": 8, "epochs": 4 }] }""", "test");
        var step = Assert.IsType<ChannelStep>(recipe.Steps[0]);
        Assert.Equal([0.8, 0.5], step.Macs);
        Assert.Equal((Pare.Prune.Channels.ChannelImportance.Fisher, 8, 4), (step.Importance, step.Multiple, step.Training!.Epochs));
    }

    [Fact]
    public void Factorising_is_read_with_its_options()
    {
        var recipe = Recipe.Parse("""{ "baseline": {}, "steps": [{ "step": "factorize", "macs": [0.7, 0.5], "epochs": 5, "method": "tucker2", "images": 64 }] }""", "test");
        var step = Assert.IsType<FactorizeStep>(Assert.Single(recipe.Steps));
        Assert.Equal([0.7, 0.5], step.Macs);
        Assert.Equal((5, 64, Pare.LowRank.FactorMethod.Tucker2), (step.Training.Epochs, step.Images, step.Method));
        var plain = Recipe.Parse("""{ "baseline": {}, "steps": [{ "step": "factorize", "macs": [0.5] }] }""", "test");
        Assert.Null(((FactorizeStep)plain.Steps[0]).Method);
    }

    [Fact]
    public void Every_built_in_recipe_is_read() =>
        Assert.All(Recipe.BuiltIn, name => Assert.NotEmpty(Recipe.Load(name).Steps));

    [Theory]
    [InlineData("{", "x.json: ")]
    [InlineData("[]", "x.json: the recipe is Array, an object is allowed")]
    [InlineData("""{ "baseline": {}, "steps": [] }""", "x.json: the recipe has no steps")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "melt" }] }""", "x.json: step 'melt' is not known; prune, channels, branches, share, bits, factorize, int8 and qat are")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "qat", "bits": [9] }] }""", "x.json: the recipe, steps[0]: bits is 9, a whole number from 2 to 8 is allowed")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "qat", "bits": [2.5] }] }""", "x.json: the recipe, steps[0]: bits is 2.5, a whole number from 2 to 8 is allowed")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "qat", "bits": [4], "scales": "moved" }] }""", "x.json: the recipe, steps[0]: scales is \"moved\", one of learned, fixed is allowed")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "prune", "kept": [0.5], "epoch": 3 }] }""", "x.json: the recipe, steps[0]: option 'epoch' is not known")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "prune", "kept": [1.5] }] }""", "x.json: the recipe, steps[0]: kept is 1.5, a number above 0 up to 1 is allowed")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "channels", "macs": [0.5], "importance": "taylor" }] }""", "x.json: step 'channels': importance taylor needs gradients")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "factorize", "macs": [1] }] }""", "x.json: the recipe, steps[0]: macs is 1, a number above 0 up to 0.999 is allowed")]
    [InlineData("""{ "baseline": {}, "steps": [{ "step": "factorize", "macs": [0.5], "method": "cp" }] }""", "x.json: the recipe, steps[0]: method is \"cp\", one of svd, spatial, channel, tucker2 is allowed")]
    [InlineData("""{ "baseline": { "epochs": 0 }, "steps": [] }""", "x.json: the recipe, baseline: epochs is 0, a whole number from 1 to 100000 is allowed")]
    [InlineData("""{ "steps": [] }""", "x.json: the recipe has no 'baseline'")]
    public void A_mistake_is_one_line_that_says_where(string json, string start) =>
        Assert.StartsWith(start, Assert.Throws<BadInputException>(() => Recipe.Parse(json, "x.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_recipe_that_is_not_there_is_named() =>
        Assert.Equal("no recipe 'shallow'; built in: deep, int8, fast, qat, small, bits; or give a JSON file", Assert.Throws<BadInputException>(() => Recipe.Load("shallow")).Message);
}
