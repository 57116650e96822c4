namespace Pare.Prune;

/// <summary>What the optimal brain surgeon removes. Exactly one of <see cref="Sparsity"/> and <see cref="Pattern"/> is given.</summary>
public sealed record ObsOptions
{
    /// <summary>Share of weights that are zero afterwards, from 0 to below 1; rounded to whole weights.</summary>
    public double? Sparsity { get; init; }

    /// <summary>Whether <see cref="Sparsity"/> is shared out over the layers by their errors, or holds in each one.</summary>
    public PruneScope Scope { get; init; } = PruneScope.Global;

    /// <summary>Of each M consecutive weights of an output, how many stay.</summary>
    public (int Kept, int Of)? Pattern { get; init; }

    /// <summary>Layers to leave alone, by name; * stands for any characters and ? for one.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <exception cref="BadInputException">A value is out of its range, or not exactly one target is given.</exception>
    internal void Validate()
    {
        if (Sparsity is null == Pattern is null) throw new BadInputException("give one of a sparsity and a pattern such as 2:4");
        if (Sparsity is { } sparsity) PruneOptions.CheckSparsity(sparsity, "sparsity");
        if (Pattern is { } pattern && !(pattern.Kept > 0 && pattern.Kept < pattern.Of && pattern.Of <= 64))
            throw new BadInputException($"pattern {pattern.Kept}:{pattern.Of} is not KEPT:OF with KEPT above 0 and below OF, and OF at most 64");
    }
}
