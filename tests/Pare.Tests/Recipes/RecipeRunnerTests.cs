using Pare.Coding;
using Pare.Data;
using Pare.Onnx;
using Pare.Profile;
using Pare.Prune;
using Pare.Quantize;
using Pare.Quantize.Integer;
using Pare.Recipes;
using Pare.Recipes.Steps;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Recipes;

/// <summary>The runner with a trainer that trains nothing: it applies the edits, and scores by a rule of the test's.</summary>
public class RecipeRunnerTests
{
    private static readonly TrainOptions Short = new() { Epochs = 1, BatchSize = 10 };
    private static readonly Model Network = ModelZoo.Build("lenet-300-100");

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0.7)]
    [InlineData(1, 0.8)]
    public void Sparsity_rises_by_the_cube(double progress, double sparsity) => Assert.Equal(sparsity, PruneStep.Cubic(0, 0.8, progress), 12);

    [Fact]
    public void Pruning_stops_at_the_first_cycle_that_costs_too_much_and_tries_between()
    {
        var run = Run(kept => kept < 0.15 ? 0.5 : 0.9);
        var prune = new PruneStep { Kept = [0.5, 0.2, 0.05, 0.01], Patience = 0, Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        var result = RecipeRunner.Run(Recipe(prune), Network, run, trained: true).Result;
        Assert.NotNull(result);
        Assert.Equal([true, true, false, false], run.Log.Select(l => l.Accepted));
        Assert.Equal(["0.5", "0.2", "0.05", "0.1"], run.Log.Select(l => l.Options["kept"]));
        Assert.Equal(0.2, (double)WeightCount.NonZero(result.Model) / WeightCount.All(Network), 3);
    }

    [Fact]
    public void One_cycle_may_miss_where_the_next_one_wins_back()
    {
        var run = Run(kept => kept is < 0.03 or (> 0.15 and < 0.25) ? 0.5 : 0.9);
        var prune = new PruneStep { Kept = [0.5, 0.2, 0.05, 0.02, 0.015, 0.01], Bisections = 0, Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        var result = RecipeRunner.Run(Recipe(prune), Network, run, trained: true).Result;
        Assert.NotNull(result);
        Assert.Equal([true, false, true, false, false], run.Log.Select(l => l.Accepted));
        Assert.InRange((double)WeightCount.NonZero(result.Model) / WeightCount.All(Network), 0.045, 0.05);
    }

    [Fact]
    public void Channels_go_in_cycles_until_one_costs_too_much()
    {
        var run = Run(kept => kept < 0.4 ? 0.5 : 0.9);
        var channels = new ChannelStep { Macs = [0.8, 0.5, 0.3, 0.2], Training = Short, Multiple = 2, Importance = Pare.Prune.Channels.ChannelImportance.Fisher };
        var result = RecipeRunner.Run(Recipe(channels), Network, run, trained: true).Result;
        Assert.NotNull(result);
        Assert.Equal([true, true, false], run.Log.Select(l => l.Accepted));
        Assert.Equal(["0.8", "0.5", "0.3"], run.Log.Select(l => l.Options["macs"]));
        Assert.InRange((double)WeightCount.All(result.Model) / WeightCount.All(Network), 0.48, 0.5);
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(0.5, 4)]
    [InlineData(0.25, 2)]
    public void In_less_time_there_are_fewer_cuts_before_training_is_shorter(double factor, int epochs) =>
        Assert.Equal(epochs, ((ChannelStep)new ChannelStep { Macs = [0.8, 0.5], Training = Short with { Epochs = 4 } }.Stretched(factor)).Training!.Epochs);

    [Theory]
    [InlineData(0.88, new[] { false, true }, "2")]
    [InlineData(0.87, new[] { false }, "1")]
    public void A_cut_that_costs_a_little_too_much_is_trained_once_more(double first, bool[] accepted, string epochs)
    {
        var trainings = 0;
        var run = Run(_ => trainings == 1 ? first : 0.9, start: 0.9, seen: _ => trainings++);
        RecipeRunner.Run(Recipe(new ChannelStep { Macs = [0.5], Training = Short }), Network, run, trained: true);
        Assert.Equal(accepted, run.Log.Select(l => l.Accepted));
        Assert.Equal(epochs, run.Log[^1].Options["epochs"]);
    }

    [Fact]
    public void Branches_and_then_channels_are_cut_to_a_share_of_the_original_and_trained_once()
    {
        var resnet = ModelZoo.Build("resnet20");
        var run = Run(_ => 0.9);
        var result = RecipeRunner.Run(Recipe(new BranchStep { Macs = [0.6], Training = null }, new ChannelStep { Macs = [0.5], Training = Short }), resnet, run, trained: true).Result;
        Assert.Equal(["branches 0.6 0", "channels 0.5 1"], run.Log.Select(l => $"{l.Name} {l.Options["macs"]} {l.Options["epochs"]}"));
        var (before, after) = (ModelProfile.MacsByNode(resnet), ModelProfile.MacsByNode(result!.Model));
        Assert.True(after.Count < before.Count);
        Assert.InRange((double)after.Values.Sum() / before.Values.Sum(), 0.45, 0.5);
    }

    [Fact]
    public void What_cannot_be_cut_so_far_is_said_and_the_recipe_goes_on()
    {
        var run = Run(_ => 0.9);
        var result = RecipeRunner.Run(Recipe(new BranchStep { Macs = [0.5], Training = Short }, new ChannelStep { Macs = [0.5, 1e-6], Training = Short }), Network, run, trained: true).Result;
        Assert.NotNull(result);
        Assert.Equal("the model has no residual branches; nothing can be removed", run.Log[0].Options["given up"]);
        Assert.False(run.Log[1].Options.ContainsKey("given up"));
        Assert.Contains("of the multiply-adds cannot be reached", run.Log[2].Options["given up"], StringComparison.Ordinal);
        Assert.InRange((double)WeightCount.All(result.Model) / WeightCount.All(Network), 0.48, 0.5);
    }

    [Fact]
    public void A_promise_that_nothing_keeps_gives_no_model()
    {
        var run = Run(_ => 0.5, start: 0.9);
        var share = new ShareStep { Centroids = [4], Training = Short };
        Assert.Null(RecipeRunner.Run(Recipe(share), Network, run, trained: true).Result);
    }

    [Fact]
    public void What_the_last_examination_refuses_makes_way_for_the_next_and_is_remembered()
    {
        var tried = new List<double>();
        var run = Run(_ => 0.9, accept: model =>
        {
            tried.Add(Math.Round((double)WeightCount.NonZero(model) / WeightCount.All(Network), 1));
            return tried.Count == 2;
        });
        var prune = new PruneStep { Kept = [0.5, 0.2], Bisections = 0, Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        var result = RecipeRunner.Run(Recipe(prune), Network, run, trained: true).Result;
        Assert.Equal([0.2, 0.5], tried);
        Assert.Equal(0.5, (double)WeightCount.NonZero(result!.Model) / WeightCount.All(Network), 2);
        Assert.Equal(0.2, (double)WeightCount.NonZero(run.Nearest!.Model) / WeightCount.All(Network), 2);
    }

    [Fact]
    public void The_runner_goes_back_to_an_earlier_candidate()
    {
        // Sharing holds the score only where more than 30 % of the weights are left.
        var run = Run((kept, shared) => shared && kept < 0.3 ? 0.5 : 0.9);
        var prune = new PruneStep { Kept = [0.5, 0.2], Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        var result = RecipeRunner.Run(Recipe(prune, new ShareStep { Centroids = [8], Training = Short }), Network, run, trained: true).Result;
        Assert.NotNull(result);
        Assert.Equal(["prune", "prune", "share", "share"], run.Log.Select(l => l.Name));
        Assert.Equal([true, true, false, true], run.Log.Select(l => l.Accepted));
    }

    [Fact]
    public void Factorising_offers_the_smallest_that_holds_and_at_last_the_network_itself()
    {
        var run = Run(kept => kept < 0.4 ? 0.5 : 0.9);
        var step = new FactorizeStep { Macs = [0.7, 0.3, 0.5], Training = Short };
        var result = RecipeRunner.Run(Recipe(step), Network, run, trained: true).Result;
        Assert.Equal(["0.3", "0.5"], run.Log.Select(l => l.Options["macs"]));
        Assert.Equal([false, true], run.Log.Select(l => l.Accepted));
        Assert.Equal("others give up less", run.Log[0].Options["whole: ip3"]);
        Assert.Equal(0.5, (double)WeightCount.NonZero(result!.Model) / WeightCount.All(Network), 2);
        var none = Run(kept => kept < 0.9 ? 0.5 : 0.9);
        Assert.Equal(1, (double)WeightCount.NonZero(RecipeRunner.Run(Recipe(step), Network, none, trained: true).Result!.Model) / WeightCount.All(Network), 2);
        Assert.Equal(3, none.Log.Count);
    }

    [Fact]
    public void A_share_out_of_reach_makes_way_for_the_next()
    {
        var run = Run(_ => 0.9);
        var result = RecipeRunner.Run(Recipe(new FactorizeStep { Macs = [0.001, 0.5], Training = Short }), Network, run, trained: true).Result;
        Assert.Equal("no rank takes so little", run.Log[0].Options["given up"]);
        Assert.Equal(0.5, (double)WeightCount.NonZero(result!.Model) / WeightCount.All(Network), 2);
    }

    [Fact]
    public void Pruning_begins_below_what_steps_before_have_left()
    {
        var run = Run(_ => 0.9);
        var channels = new ChannelStep { Macs = [0.3], Training = Short };
        var prune = new PruneStep { Kept = [0.5, 0.1], Bisections = 0, Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        RecipeRunner.Run(Recipe(channels, prune), Network, run, trained: true);
        Assert.Equal(["0.1"], run.Log.Where(l => l.Name == "prune").Select(l => l.Options["kept"]));
    }

    [Fact]
    public void Sharing_that_ends_before_its_last_edit_is_finished()
    {
        var run = Run(_ => 0.9);
        var result = RecipeRunner.Run(Recipe(new ShareStep { Centroids = [16], Training = Short, Ramp = 1.5 }), Network, run, trained: true).Result;
        var index = new GraphIndex(result!.Model.Graph);
        Assert.All(Layer.Of(index), l => Assert.NotNull(SharedWeight.Find(index, l.Weight)));
        Assert.DoesNotContain(result.Model.Graph.Nodes, n => n.OpType == "Where");
    }

    [Fact]
    public void A_fresh_network_is_trained_first_and_a_trained_one_is_taken_as_it_is()
    {
        var fresh = Run(_ => 0.9);
        RecipeRunner.Run(Recipe(), Network, fresh, trained: false);
        Assert.Equal(["train"], fresh.Log.Select(l => l.Name));
        var trained = Run(_ => 0.9);
        var result = RecipeRunner.Run(Recipe(), Network, trained, trained: true);
        Assert.Empty(trained.Log);
        Assert.Equal(0.9, result.Result!.Score.Value);
    }

    [Fact]
    public void A_promise_counts_the_upper_end_of_the_drop_and_an_aim_its_mean()
    {
        // Ten in 1,000 examples lost: 1 point. Tango's upper end solves (n d - 10)² = z² n (2 q + d (1 - d)); with nothing won, q = 0.
        var lost = new Score(0.99, 0) { Each = [.. Enumerable.Repeat(0f, 10), .. Enumerable.Repeat(1f, 990)] };
        Assert.Equal(1, Judged(promise: null).Drop(lost), 6);
        var upper = Judged(promise: 2).Drop(lost) / 100;
        Assert.InRange(upper, 0.014, 0.02);
        Assert.Equal(1.6449, (1000 * upper - 10) / Math.Sqrt(1000 * upper * (1 - upper)), 3);
        Assert.Equal(1, Judged(promise: 2, AcceptRule.Point).Drop(lost), 6);
        // A tenth of a point cannot be shown on so few, whichever network it is.
        Assert.Equal(1, Judged(promise: 0.1).Drop(lost), 6);

        static RecipeRun Judged(double? promise, AcceptRule rule = AcceptRule.Interval)
        {
            var all = new Score(1, 0) { Each = [.. Enumerable.Repeat(1f, 1000)] };
            var run = Run(_ => 1, promise: promise, rule: rule);
            run.Reference = all;
            return run;
        }
    }

    [Fact]
    public void A_network_that_teaches_itself_is_the_teacher_of_every_retraining()
    {
        var teachers = new List<Model?>();
        var prune = new PruneStep { Kept = [0.5, 0.2], Bisections = 0, Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        foreach (var teacher in new[] { RecipeTeacher.None, RecipeTeacher.Self })
            RecipeRunner.Run(Recipe(prune) with { Teacher = teacher }, Network, Run(_ => 0.9, seen: job => teachers.Add(job.Distillation?.Teachers.Single())), trained: true);
        Assert.Equal([null, null, Network, Network], teachers);
    }

    [Fact]
    public void Quantized_training_takes_the_fewest_bits_that_keep_the_promise_and_starts_from_the_floats()
    {
        var jobs = new List<TrainJob>();
        // Two bits make zeros of a third of the weights and more.
        var run = Run(kept => kept < 0.75 ? 0.5 : 0.9, start: 0.9, seen: jobs.Add);
        var step = new QatStep { Bits = [2, 4, 8], Training = Short, Network = new Int8Options { EdgeBits = 2 } };
        var result = RecipeRunner.Run(Recipe(step), Network, run, trained: true).Result;
        Assert.NotNull(result);
        Assert.Equal([("2", false), ("4", true)], run.Log.Select(l => (l.Options["bits"], l.Accepted)));
        Assert.All(jobs, j => Assert.Equal(3, j.Real.Count));
        Assert.All(jobs[0].Real, r => Assert.Equal(r.Value.Shape, Codes(r.Key).Shape));

        Tensor Codes(string name) => jobs[0].Model.Graph.Initializers.First(t => t.Name == name);
    }

    [Fact]
    public void Where_agreement_counts_labels_are_not_looked_at_and_training_follows_the_network_itself()
    {
        var jobs = new List<TrainJob>();
        var run = Run(_ => 0.9, seen: jobs.Add, metric: Metric.Agreement);
        var prune = new PruneStep { Kept = [0.5], Bisections = 0, Training = Short, Score = Pare.Prune.PruneScore.Magnitude };
        var result = RecipeRunner.Run(Recipe(prune), Network, run, trained: true).Result;
        Assert.All(jobs, job => Assert.True(job is { Validation: null, Options.TeacherShare: 1, Distillation.Teachers: [var teacher] } && teacher == Network));
        Assert.Equal(0.9, result!.Score.Value);
    }

    private static Recipe Recipe(params RecipeStep[] steps) => new() { Name = "test", Baseline = Short, Steps = steps };

    private static RecipeRun Run(Func<double, double> score, double? start = null, double? promise = 1, Action<TrainJob>? seen = null, AcceptRule rule = AcceptRule.Interval, Func<Model, bool>? accept = null, Metric? metric = null) =>
        Run((kept, _) => score(kept), start, promise, seen, rule, accept, metric);

    // Layers that lose by their bits alone, and save what they save once packed.
    private static SensitivityResult Bits(Model model)
    {
        static long Packed(Model m) => PackedFile.Pack(OnnxWriter.ToBytes(m)).LongLength;
        string[] layers = [.. Layer.Of(new GraphIndex(model.Graph)).Select(l => l.Name)];
        var points =
            from layer in layers
            from bits in new[] { 8, 4, 2 }
            let shared = Sharer.Share(model, new ShareOptions { Size = CodebookSize.OfBits(bits), Exclude = [.. layers.Where(l => l != layer)] }).Model
            select new SensitivityPoint(layer, "bits", bits, 8 / bits, Packed(shared), 0);
        return new SensitivityResult(100, 0.9, Packed(model), 0, [.. points], []);
    }

    internal static RecipeRun Run(Func<double, bool, double> score, double? start = null, double? promise = 1, Action<TrainJob>? seen = null, AcceptRule rule = AcceptRule.Interval, Func<Model, bool>? accept = null, Metric? metric = null, TimeBudget? time = null, Func<TrainJob, double>? seconds = null)
    {
        var data = new FloatDataset(new float[100 * 784], [.. Enumerable.Range(0, 100).Select(i => i % 10)], [1, 28, 28], [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
        static Score Same(double value) => new(value, 0) { Each = [(float)value, (float)value] };
        Score Of(Model model)
        {
            var shared = Layer.Of(new GraphIndex(model.Graph)).Any(l => SharedWeight.Find(new GraphIndex(model.Graph), l.Weight) is not null);
            return Same(score((double)WeightCount.NonZero(model) / WeightCount.All(Network), shared));
        }

        return new RecipeRun
        {
            Data = new DataSplits("test", data, data, data) { All = data, HasOwnTest = true },
            Preprocess = new Preprocess(),
            Promise = new Promise { MaxDrop = promise, Rule = rule }, Accept = accept, Metric = metric ?? Metric.Top1,
            ToInt8 = (model, options, _, _) =>
            {
                var network = Int8Network.Prepare(model, options);
                var coded = network.Write(new Calibration(network.Observed.ToDictionary(v => v, v => new RangeRecord(v, -1, 1, -1, 1) { Histogram = new Histogram(-1, 1, [.. Enumerable.Repeat(1L, 64)]) })));
                return new CodedNetwork(coded.Model, new Dictionary<string, string>(), coded.Real);
            },
            SensitivityOf = (model, _) => Bits(model), Pace = (_, _) => 1, Time = time,
            // Weights of the network take up the share that is asked for, as pruning would leave them.
            Factorize = (model, options, _, _) => options.Macs < 0.01 ? throw new OutOfReachException("no rank takes so little") : (Pruner.Prune(model, new PruneOptions { Sparsity = 1 - options.Macs!.Value }).Model, new Dictionary<string, string> { ["ip3"] = "others give up less" }),
            ScoreOn = (model, _) => start is { } first && model.Graph == Network.Graph ? Same(first) : Of(model),
            Train = (job, _, _) =>
            {
                seen?.Invoke(job);
                var model = job.Model;
                var importance = new Dictionary<string, float[]>();
                foreach (var tensor in model.Graph.Initializers.Where(t => t.Type == ElementType.Float)) importance[tensor.Name] = [.. Enumerable.Repeat(1f, (int)tensor.Count)];
                for (var step = 0; job.Edit is not null && step <= 100; step++)
                {
                    foreach (var tensor in model.Graph.Initializers.Where(t => t.Type == ElementType.Float)) importance[tensor.Name] = [.. Enumerable.Repeat(1f, (int)tensor.Count)];
                    model = job.Edit(step / 100.0, model, importance) ?? model;
                }
                return new TrainResult(model, Of(model), [], importance) { Seconds = seconds?.Invoke(job) ?? 0 };
            },
        };
    }

    [Fact]
    public void A_cycle_that_diverges_is_a_miss_and_not_the_end()
    {
        var trainings = 0;
        var run = Run(_ => 0.9, seen: _ =>
        {
            if (trainings++ == 1) throw new OutOfReachException("training diverged");
        });
        var prune = new PruneStep { Kept = [0.5, 0.2, 0.1], Patience = 1, Bisections = 0, Training = Short, Score = PruneScore.Magnitude };
        var result = RecipeRunner.Run(Recipe(prune), Network, run, trained: true).Result;
        Assert.Equal([false, true, false], run.Log.Select(l => l.Options.ContainsKey("given up")));
        Assert.Equal(0.1, (double)WeightCount.NonZero(result!.Model) / WeightCount.All(Network), 3);
    }

    [Fact]
    public void A_pattern_that_fits_nothing_is_refused_before_any_work()
    {
        var run = Run(_ => 0.9, seen: _ => throw new InvalidOperationException("trained"));
        var prune = new PruneStep { Kept = [0.5], Training = Short, Score = PruneScore.Magnitude };
        var message = Assert.Throws<BadInputException>(() => RecipeRunner.Run(Recipe(prune, prune with { Exclude = ["ip9"] }), Network, run, trained: false)).Message;
        Assert.Contains("'ip9' matches no layer", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_that_does_not_train_needs_no_labels()
    {
        Assert.False(new ChannelStep { Macs = [0.5], Training = null }.Trains);
        Assert.True(new ChannelStep { Macs = [0.5], Training = null, Importance = Pare.Prune.Channels.ChannelImportance.Fisher }.Trains);
        var run = Run(_ => 0.9, seen: _ => throw new InvalidOperationException("trained"));
        var result = RecipeRunner.Run(Recipe(new ChannelStep { Macs = [0.5], Training = null, Multiple = 2 }), Network, run, trained: true).Result;
        Assert.InRange(ModelProfile.Of(result!.Model).Macs, 0.45 * ModelProfile.Of(Network).Macs, 0.5 * ModelProfile.Of(Network).Macs);
    }

    [Fact]
    public void Options_read_the_same_in_every_country()
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        var german = (System.Globalization.CultureInfo)before.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        System.Globalization.CultureInfo.CurrentCulture = german;
        try
        {
            Assert.Equal("0.5 0.25", new PruneStep { Kept = [0.5, 0.25], Training = Short }.Options["kept"]);
            Assert.Equal("0.5", new ChannelStep { Macs = [0.5], Training = Short }.Options["macs"]);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }
}
