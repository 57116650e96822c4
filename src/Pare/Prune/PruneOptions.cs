namespace Pare.Prune;

/// <summary>Which weights compete with each other for being kept.</summary>
public enum PruneScope
{
    /// <summary>All weights of all layers together.</summary>
    Global,

    /// <summary>The weights of each layer among themselves.</summary>
    Layer,
}

/// <summary>How much a weight counts.</summary>
public enum PruneScore
{
    /// <summary>|w|.</summary>
    Magnitude,

    /// <summary>w²·v, v a running mean of the squared gradient: what the loss gains by the weight, by a diagonal Fisher.</summary>
    Saliency,
}

/// <summary>What to prune. Exactly one of <see cref="Sparsity"/>, <see cref="Quality"/> and <see cref="LayerSparsities"/> is given.</summary>
public sealed record PruneOptions
{
    /// <summary>Share of weights that are zero afterwards, from 0 to below 1; rounded to whole weights.</summary>
    public double? Sparsity { get; init; }

    /// <summary>Whether <see cref="Sparsity"/> holds over all layers together or in each one.</summary>
    public PruneScope Scope { get; init; } = PruneScope.Global;

    /// <summary>
    /// Prunes each layer's weights of magnitude below quality · standard deviation of all its weights, zeros included, so that
    /// pruning twice does nothing more (Han et al., "Learning both Weights and Connections", 2015, section 3).
    /// </summary>
    public double? Quality { get; init; }

    /// <summary>A sparsity for each layer by its name; layers without one stay as they are.</summary>
    public IReadOnlyDictionary<string, double>? LayerSparsities { get; init; }

    /// <summary>For <see cref="Sparsity"/>: layers share the zeros out by what they were measured to lose, in place of <see cref="Scope"/>; layers without a curve stay as they are.</summary>
    public DropCurves? Curves { get; init; }

    public PruneScore Score { get; init; } = PruneScore.Magnitude;

    /// <summary>Layers to leave alone, by name; * stands for any characters and ? for one.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Weights that every layer keeps at least, so that none is wiped out. A layer that has fewer keeps those.</summary>
    public int MinKept { get; init; } = 1;

    /// <exception cref="BadInputException">A value is out of its range, or not exactly one target is given.</exception>
    internal void Validate()
    {
        var targets = (Sparsity is null ? 0 : 1) + (Quality is null ? 0 : 1) + (LayerSparsities is null ? 0 : 1);
        if (targets != 1) throw new BadInputException($"{targets} pruning targets are given, exactly one of sparsity, quality and sparsities by layer is allowed");
        if (Sparsity is { } sparsity) CheckSparsity(sparsity, "sparsity");
        foreach (var (name, share) in LayerSparsities ?? new Dictionary<string, double>()) CheckSparsity(share, $"sparsity of layer '{name}'");
        if (Curves is not null && Sparsity is null) throw new BadInputException("measured curves share a sparsity out; none is given");
        if (Quality is { } quality && !(quality >= 0 && double.IsFinite(quality))) throw new BadInputException($"quality is {quality}, 0 or more is allowed");
        if (Quality is not null && Score != PruneScore.Magnitude) throw new BadInputException("quality is a rule on magnitudes; the score saliency needs a sparsity");
        if (MinKept < 0) throw new BadInputException($"weights kept at least in a layer: {MinKept}, 0 or more is allowed");
    }

    internal static void CheckSparsity(double value, string what)
    {
        if (!(value is >= 0 and < 1)) throw new BadInputException($"{what} is {value}, 0 up to below 1 is allowed");
    }
}
