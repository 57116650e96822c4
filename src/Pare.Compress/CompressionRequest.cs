using Pare.Data;
using Pare.Profile;
using Pare.Recipes;

namespace Pare.Compress;

/// <summary>What a compression run is asked for.</summary>
public sealed record CompressionRequest
{
    public required LoadedModel Model { get; init; }

    /// <summary>Examples to train on, to choose by and to hold the promise against. A network from a file is chosen and judged on halves of their test part.</summary>
    public required DataSplits Data { get; init; }

    /// <summary>What the report calls the data.</summary>
    public string DataName { get => field ?? Data.Name; init; }

    /// <summary>From an example's values to the network's input: (value · scale - mean) / std.</summary>
    public required Preprocess Preprocess { get; init; }

    /// <summary>Random changes to training examples; null for none.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>What is done to the network; not together with <see cref="Target"/>.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>The cost that a search over several recipes makes small; null works through <see cref="Recipe"/>.</summary>
    public SearchTarget? Target { get; init; }

    /// <summary>Time that the search may take, measuring the result apart; null for as long as its recipes do.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>What models are judged by.</summary>
    public Metric Metric { get; init; } = Metric.Top1;

    /// <summary>What the result must keep to.</summary>
    public Promise Promise { get; init; } = new();

    /// <summary>What the report says the run can be repeated by.</summary>
    public string Command { get; init; } = "";

    /// <summary>What single layers lose, for the report; null where it was not measured.</summary>
    public IReadOnlyList<SensitivityPoint>? Sensitivity { get; init; }

    /// <summary>Where the run keeps its work while it lasts; null keeps none.</summary>
    public Journal? Journal { get; init; }

    /// <summary>What the user gave that may be a file: network, data, recipe.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    public int Seed { get; init; }

    /// <summary>Threads for training and scoring; 0 for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>The recipes that are worked through.</summary>
    internal IReadOnlyList<Recipe> Recipes => Target is { } target ? TargetSearch.Recipes(target) : [Recipe!];

    /// <summary>Refuses what would only fail after hours.</summary>
    /// <exception cref="BadInputException">The network and the data do not fit each other or the recipe.</exception>
    internal void Check()
    {
        if (Recipe is null == Target is null) throw new BadInputException("a compression needs a recipe or a target, and not both");
        if (Time is { } time && (Target is null || time <= TimeSpan.Zero)) throw new BadInputException($"the time is {time}; it belongs to a target, and more than nothing is needed");
        if (Model.IsFresh && Metric == Metric.Agreement) throw new BadInputException($"'{Model.Name}' has learnt nothing yet that another network could agree with; give a trained network, or labels and --metric top1");
        if (Model.Unseen(Data, Seed) is var parts && (parts.Validation.Count == 0 || parts.Test.Count == 0))
            throw new BadInputException($"data '{DataName}' has {parts.Validation.Count} examples to choose by and {parts.Test.Count} to judge by; one or more are needed of each");
        if (Metric == Metric.Nme) return;
        // A search leaves out the recipes that the network does not fit.
        if (Recipe is { Trains: true } || Model.IsFresh) ModelShape.CheckTraining(Model.Model, Data, labelled: Metric != Metric.Agreement);
        else ModelShape.CheckInput(Model.Model, Data);
    }
}
