namespace Pare.Zoo;

/// <summary>What may differ from a network's paper.</summary>
public sealed record ZooOptions
{
    /// <summary>Channels, height, width of one example; null for the paper's.</summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>Number of classes, at least 1; null for the paper's.</summary>
    public int? Classes { get; init; }

    /// <summary>Seed of the starting weights: the same seed gives the same bits on every machine.</summary>
    public int Seed { get; init; }
}
