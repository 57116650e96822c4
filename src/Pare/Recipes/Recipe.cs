using System.Text.Json;
using Pare.Recipes.Steps;

namespace Pare.Recipes;

/// <summary>Whom retraining follows besides the labels.</summary>
public enum RecipeTeacher
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The network as it was before it was made smaller (Hinton et al. 2015).</summary>
    Self,
}

/// <summary>A list of steps with options: how a network is made smaller. Written as JSON; <see cref="BuiltIn"/> are part of Pare.</summary>
public sealed record Recipe
{
    public required string Name { get; init; }

    /// <summary>The JSON text it was read from; empty where it was not.</summary>
    public string Source { get; init; } = "";

    /// <summary>Points of the metric that may be lost where nobody says otherwise; 0 or more.</summary>
    public double MaxDrop { get; init; } = 0.2;

    /// <summary>
    /// Share of the wrong answers that may be lost on top, where that is more than <see cref="MaxDrop"/>: a network that errs
    /// often is measured less finely. 0 or more.
    /// </summary>
    public double MaxErrorGrowth { get; init; } = 0.1;

    /// <summary>Points that may be lost where nobody says otherwise, by a network with the given share of errors.</summary>
    public double Allowance(double error) => Math.Max(MaxDrop, MaxErrorGrowth * 100 * error);

    /// <summary>How a network that has no trained weights yet is trained first.</summary>
    public required TrainOptions Baseline { get; init; }

    public required IReadOnlyList<RecipeStep> Steps { get; init; }

    /// <summary>Whom retraining follows besides the labels.</summary>
    public RecipeTeacher Teacher { get; init; }

    /// <summary>Whether any step trains.</summary>
    public bool Trains => Steps.Any(s => s.Trains);

    /// <summary>Epochs that it trains if all its steps work out all their candidates.</summary>
    public int Epochs(int examples) => Steps.Sum(s => s.Epochs(examples));

    /// <summary>Names of the built-in recipes.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["deep", "int8", "fast", "qat", "small", "bits"];

    /// <summary>A built-in recipe by name, or one from a JSON file.</summary>
    /// <exception cref="BadInputException">There is none of that name, or the file is not a recipe.</exception>
    public static Recipe Load(string nameOrPath)
    {
        if (BuiltIn.Contains(nameOrPath))
        {
            using var stream = typeof(Recipe).Assembly.GetManifestResourceStream($"recipes/{nameOrPath}.json")!;
            using var reader = new StreamReader(stream);
            return Parse(reader.ReadToEnd(), nameOrPath);
        }
        if (!File.Exists(nameOrPath)) throw new BadInputException($"no recipe '{nameOrPath}'; built in: {string.Join(", ", BuiltIn)}; or give a JSON file");
        return Parse(File.ReadAllText(nameOrPath), nameOrPath);
    }

    /// <summary>Reads a recipe from its JSON text.</summary>
    /// <param name="source">Named in messages.</param>
    public static Recipe Parse(string json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 });
            var root = new OptionReader(document.RootElement, "the recipe");
            var recipe = new Recipe
            {
                Name = root.Text("name", source),
                Source = json,
                MaxDrop = root.Number("maxDrop", 0.2, above: -1e-300, upTo: 100),
                MaxErrorGrowth = root.Number("maxErrorGrowth", 0.1, above: -1e-300, upTo: 100),
                Teacher = root.OneOf("teacher", RecipeTeacher.None),
                Baseline = Training(root.Child("baseline")),
                Steps = [.. root.Children("steps").Select(Step)],
            };
            root.RefuseOthers();
            if (recipe.Steps.Count == 0) throw new BadInputException("the recipe has no steps");
            return recipe;
        }
        catch (Exception e) when (e is JsonException or BadInputException)
        {
            throw new BadInputException($"{source}: {e.Message}", e);
        }
    }

    private static RecipeStep Step(OptionReader options)
    {
        var name = options.Text("step", "");
        RecipeStep step = name switch
        {
            "prune" => new PruneStep
            {
                Kept = options.Numbers("kept", above: 0, upTo: 1),
                Patience = options.Whole("patience", 1, 0, 100),
                Bisections = options.Whole("bisections", 1, 0, 10),
                Ramp = options.Number("ramp", 0.6, above: 0, upTo: 1),
                Budget = options.Number("budget", 0.7, above: 0, upTo: 1),
                Score = options.OneOf("score", Prune.PruneScore.Saliency),
                Exclude = options.Texts("exclude"),
                Training = Training(options),
            },
            "channels" => new ChannelStep
            {
                Macs = options.Numbers("macs", above: 0, upTo: 1),
                Importance = options.OneOf("importance", Prune.Channels.ChannelImportance.L2) is not Prune.Channels.ChannelImportance.Taylor and var importance
                    ? importance : throw new BadInputException("step 'channels': importance taylor needs gradients that training does not keep; fisher is the nearest"),
                Multiple = options.Whole("multiple", 1, 1, 1 << 16),
                Budget = options.Number("budget", 0.7, above: 0, upTo: 1),
                Exclude = options.Texts("exclude"),
                Training = Retraining(options),
            },
            "branches" => new BranchStep
            {
                Macs = options.Numbers("macs", above: 0, upTo: 1),
                Images = options.Whole("images", 1024, 1, 1_000_000),
                Budget = options.Number("budget", 0.7, above: 0, upTo: 1),
                Exclude = options.Texts("exclude"),
                Training = Retraining(options),
            },
            "share" => new ShareStep
            {
                Centroids = options.Wholes("centroids", 2, 256),
                Lambda = options.Number("lambda", 0, above: -1e-300, upTo: 1e9),
                Ramp = options.Number("ramp", 0.8, above: 0, upTo: 1),
                Biases = options.OneOf("biases", Quantize.BiasForm.Grid8),
                Training = Training(options),
            },
            "bits" => new BitsStep { Ratios = options.Numbers("ratios", above: 1, upTo: 1e6), Sharing = new Quantize.ShareOptions { Biases = options.OneOf("biases", Quantize.BiasForm.Grid8) } },
            "int8" => new Int8Step { Network = Codes(options), Exclude = options.Texts("exclude") },
            "qat" => new QatStep
            {
                Bits = options.Wholes("bits", 2, 8),
                Network = Codes(options) with { EdgeBits = options.Whole("edgeBits", 8, 2, 8), KeepShared = true },
                Exclude = options.Texts("exclude"),
                Training = Training(options) with { LearnScales = options.OneOf("scales", ScaleForm.Learned) == ScaleForm.Learned },
            },
            "factorize" => new FactorizeStep
            {
                Macs = options.Numbers("macs", above: 0, upTo: 0.999),
                Method = options.Text("method", "auto") == "auto" ? null : options.OneOf("method", LowRank.FactorMethod.Channel),
                Images = options.Whole("images", 256, 0, 1_000_000),
                Exclude = options.Texts("exclude"),
                Training = Training(options),
            },
            _ => throw new BadInputException($"step '{name}' is not known; prune, channels, branches, share, bits, factorize, int8 and qat are"),
        };
        options.RefuseOthers();
        return step;
    }

    private static Quantize.Integer.Int8Options Codes(OptionReader options) => new()
    {
        Method = options.OneOf("calibration", Quantize.Integer.RangeMethod.Mse),
        Rounding = options.OneOf("rounding", Quantize.Integer.RoundingMethod.Nearest),
    };

    /// <summary>What becomes of the scales of codes in training.</summary>
    private enum ScaleForm
    {
        Learned,
        Fixed,
    }

    // No epochs: the cut alone.
    private static TrainOptions? Retraining(OptionReader options) => options.Whole("epochs", new TrainOptions().Epochs, 0, 100_000) == 0 ? null : Training(options);

    private static TrainOptions Training(OptionReader options)
    {
        var otherwise = new TrainOptions();
        return new TrainOptions
        {
            Epochs = options.Whole("epochs", otherwise.Epochs, 1, 100_000),
            MinSteps = options.Whole("minSteps", otherwise.MinSteps, 0, int.MaxValue),
            BatchSize = options.Whole("batchSize", otherwise.BatchSize, 1, 1 << 20),
            Optimizer = options.OneOf("optimizer", otherwise.Optimizer),
            LearningRate = options.Number("learningRate", otherwise.LearningRate, above: 0, upTo: 1e3),
            Schedule = options.OneOf("schedule", otherwise.Schedule),
            WarmupEpochs = options.Number("warmupEpochs", otherwise.WarmupEpochs, above: -1e-300, upTo: 1e5),
            Momentum = options.Number("momentum", otherwise.Momentum, above: -1e-300, upTo: 1),
            WeightDecay = options.Number("weightDecay", otherwise.WeightDecay, above: -1e-300, upTo: 1),
            BatchNorm = options.Flag("batchNorm"),
            LabelSmoothing = options.Number("labelSmoothing", otherwise.LabelSmoothing, above: -1e-300, upTo: 1),
        }.Validate();
    }
}
