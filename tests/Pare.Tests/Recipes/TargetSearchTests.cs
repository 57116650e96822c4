using Pare.Onnx;
using Pare.Prune;
using Pare.Recipes;
using Pare.Recipes.Steps;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Recipes;

/// <summary>The search with a trainer that trains nothing, and a clock that the test holds.</summary>
public class TargetSearchTests
{
    private static readonly TrainOptions Short = new() { Epochs = 4, BatchSize = 10 };
    private static readonly Model Network = ModelZoo.Build("lenet-300-100");
    private static readonly Recipe Prune = Of("prune", new PruneStep { Kept = [0.5, 0.2, 0.1], Bisections = 0, Training = Short, Score = PruneScore.Magnitude });

    [Fact]
    public void Every_network_that_a_step_made_within_the_limit_counts()
    {
        // Sharing never keeps the promise, so the recipe by itself comes to nothing.
        var run = RecipeRunnerTests.Run((kept, shared) => shared || kept < 0.15 ? 0.5 : 0.9);
        var result = Search(SearchTarget.Size, run, Of("both", Prune.Steps[0], new ShareStep { Centroids = [16], Training = Short })).Result;
        Assert.Equal(0.2, Kept(result!), 3);
    }

    [Fact]
    public void The_next_smallest_is_held_to_the_promise_where_the_smallest_breaks_it()
    {
        var tried = new List<double>();
        var run = RecipeRunnerTests.Run((_, _) => 0.9, accept: m =>
        {
            tried.Add(Math.Round(WeightCount.NonZero(m) / (double)WeightCount.All(Network), 2));
            return tried.Count == 2;
        });
        var result = Search(SearchTarget.Size, run, Prune);
        Assert.Equal([0.1, 0.2], tried);
        Assert.Equal(0.2, Kept(result.Result!), 3);
        Assert.Empty(result.Front);
        Assert.Equal(0.1, Kept(run.Nearest!), 3);
    }

    [Fact]
    public void A_front_is_every_accepted_network_that_no_other_beats()
    {
        // The most pruned network is the slowest one.
        var run = RecipeRunnerTests.Run((_, _) => 0.9);
        var result = Search(SearchTarget.Both, run, Prune, m => 1 / (WeightCount.NonZero(m) / (double)WeightCount.All(Network)));
        Assert.Equal([0.1, 0.2, 0.5], result.Front.Select(Kept).Order().Select(k => Math.Round(k, 2)));
        Assert.Same(result.Front[0], result.Result);
    }

    [Fact]
    public void What_one_recipe_cannot_do_leaves_the_others()
    {
        var run = RecipeRunnerTests.Run((_, _) => 0.9);
        var result = Search(SearchTarget.Size, run, Of("none", new ChannelStep { Macs = [0.5], Training = Short, Exclude = ["nowhere"] }), Prune);
        Assert.Equal("none", Assert.Single(run.LeftOut).Recipe);
        Assert.Equal(0.1, Kept(result.Result!), 2);
    }

    [Fact]
    public void Bits_by_layer_come_from_what_each_was_measured_to_lose()
    {
        var run = RecipeRunnerTests.Run((_, shared) => shared ? 0.895 : 0.9);
        var result = Search(SearchTarget.Size, run, Of("bits", new BitsStep { Ratios = [1000, 8, 4] })).Result;
        var log = Assert.Single(run.Log);
        Assert.Equal("8", log.Options["ratio"]);
        Assert.InRange(4.0 * WeightCount.All(Network) / Pare.Coding.PackedFile.Pack(OnnxWriter.ToBytes(result!.Model)).Length, 8, 10);
    }

    // 100 examples at a second each: an epoch takes 100 seconds.
    [Theory]
    [InlineData(1200, new[] { 4, 4, 4 })]
    [InlineData(600, new[] { 2, 2, 2 })]
    [InlineData(12000, new[] { 16, 16, 16 })]
    [InlineData(250, new[] { 1, 1 })]
    [InlineData(50, new int[0])]
    public void Training_is_made_as_long_as_fits_the_time(double seconds, int[] epochs)
    {
        var (clock, seen) = (new Clock(), new List<int>());
        var run = RecipeRunnerTests.Run((_, _) => 0.9, time: new TimeBudget(seconds, measure => measure(), clock), seen: job =>
        {
            seen.Add(job.Options.Epochs);
            clock.Seconds += job.Options.Epochs * 100;
        });
        Search(SearchTarget.Size, run, Prune);
        Assert.Equal(epochs, seen);
        Assert.Equal(epochs.Length == 0 ? ["an epoch of training takes about 100 seconds, and 50 are left for it"] : [], run.LeftOut.Select(l => l.Reason));
    }

    [Fact]
    public void What_a_step_leaves_of_its_time_the_next_one_has()
    {
        var (clock, seen) = (new Clock(), new List<int>());
        var run = RecipeRunnerTests.Run((kept, _) => kept < 0.4 ? 0.5 : 0.9, time: new TimeBudget(1000, measure => measure(), clock), seen: job =>
        {
            seen.Add(job.Options.Epochs);
            clock.Seconds += job.Options.Epochs * 100;
        });
        // Twenty epochs in time for ten: two for each cut, the second of which is one too many, and the six that are left for sharing.
        Search(SearchTarget.Size, run, Of("small", new PruneStep { Kept = [0.5, 0.2, 0.1, 0.05], Bisections = 0, Patience = 0, Training = Short, Score = PruneScore.Magnitude }, new ShareStep { Centroids = [16], Training = Short }));
        Assert.Equal([2, 2, 6], seen);
    }

    [Fact]
    public void Training_that_was_interrupted_counts_with_the_time_before()
    {
        var (clock, seen) = (new Clock(), new List<int>());
        // The last tenth of each training, as a run sees it that goes on from a checkpoint.
        var run = RecipeRunnerTests.Run((_, _) => 0.9, time: new TimeBudget(600, measure => measure(), clock), seconds: job => job.Options.Epochs * 100, seen: job =>
        {
            seen.Add(job.Options.Epochs);
            clock.Seconds += job.Options.Epochs * 10;
        });
        Search(SearchTarget.Size, run, Prune);
        Assert.Equal([2, 2, 2], seen);
        Assert.Equal(600, run.Time!.Passed());
    }

    [Fact]
    public void The_network_as_it_was_is_not_found_by_a_step_that_could_do_nothing()
    {
        var cut = new ChannelStep { Macs = [0.5], Training = Short, Multiple = 1 << 16 };
        Assert.Null(Search(SearchTarget.Both, RecipeRunnerTests.Run((_, _) => 0.9), Of("nothing", cut)).Result);
    }

    [Fact]
    public void What_only_a_refused_network_beats_is_on_the_front()
    {
        var tried = new List<double>();
        var run = RecipeRunnerTests.Run((_, _) => 0.9, accept: model =>
        {
            tried.Add(Math.Round(WeightCount.NonZero(model) / (double)WeightCount.All(Network), 2));
            return tried.Count > 1;
        });
        var prune = new PruneStep { Kept = [0.5, 0.2, 0.1], Bisections = 0, Training = Short, Score = PruneScore.Magnitude };
        var result = Search(SearchTarget.Both, run, Of("small", prune));
        Assert.Equal([0.1, 0.2], tried);
        Assert.Equal(0.2, Kept(Assert.Single(result.Front)), 2);
    }

    [Fact]
    public void Where_memory_is_short_the_costliest_go_first()
    {
        var shortlist = new Shortlist(2 * 4 * WeightCount.All(Network) + 10_000);
        double[] kept = [0.5, 0.05, 0.2, 0.1];
        foreach (var share in kept)
            shortlist.Add(new Candidate(Pruner.Prune(Network, new PruneOptions { Sparsity = 1 - share }).Model, new Score(1)));
        Assert.Equal([0.05, 0.1], shortlist.Candidates.Select(c => Math.Round(Kept(c), 2)));
    }

    [Theory]
    [InlineData(SearchTarget.Size, new[] { 1, 0, 2, 3 })]
    [InlineData(SearchTarget.Latency, new[] { 3, 2, 0 })]
    [InlineData(SearchTarget.Both, new[] { 2, 3, 1, 0 })]
    public void What_costs_more_than_the_original_does_not_come_into_question(SearchTarget target, int[] expected) => Assert.Equal(
        expected, TargetSearch.Ranked(target, new PredictingCosts(100, 10), [new PredictingCosts(50, 9), new PredictingCosts(20, 12), new PredictingCosts(50, 4), new PredictingCosts(60, 3.95), new PredictingCosts(101, 9.9)]));

    private static RecipeResult Search(SearchTarget target, RecipeRun run, Recipe recipe, Func<Model, double>? milliseconds = null) => Search(target, run, milliseconds, recipe);

    private static RecipeResult Search(SearchTarget target, RecipeRun run, params Recipe[] recipes) => Search(target, run, null, recipes);

    private static RecipeResult Search(SearchTarget target, RecipeRun run, Func<Model, double>? milliseconds, params Recipe[] recipes) =>
        TargetSearch.Run(target, recipes, Network, run, trained: true, models => [.. models.Select(m => Costs(m, milliseconds ?? (_ => 1)))]);

    private static PredictingCosts Costs(Model model, Func<Model, double> milliseconds) => new(SizeEstimate.Of(model), milliseconds(model));

    private static double Kept(Candidate candidate) => WeightCount.NonZero(candidate.Model) / (double)WeightCount.All(Network);

    private static Recipe Of(string name, params RecipeStep[] steps) => new() { Name = name, Baseline = Short, Steps = steps };

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
