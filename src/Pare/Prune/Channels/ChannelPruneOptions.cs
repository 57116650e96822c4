namespace Pare.Prune.Channels;

/// <summary>How much a channel counts.</summary>
public enum ChannelImportance
{
    /// <summary>Sum of the magnitudes of the weights that make it, as a share of its layer's (Li et al. 2017).</summary>
    L1,

    /// <summary>Square root of the sum of their squares, as a share of its layer's.</summary>
    L2,

    /// <summary>Magnitude of its scale in batch normalisation, as a share of its layer's (Liu et al. 2017); L2 where it is not normalised.</summary>
    Bn,

    /// <summary>|Σ w·g|, g the gradient of the loss: what the loss changes by without it, to first order (Molchanov et al. 2019).</summary>
    Taylor,

    /// <summary>Σ w²·v, v the mean squared gradient: the same by a diagonal Fisher (Theis et al. 2018).</summary>
    Fisher,
}

/// <summary>Which channels to remove. Exactly one of <see cref="Macs"/> and <see cref="Parameters"/> is given.</summary>
public sealed record ChannelPruneOptions
{
    /// <summary>Share of the multiply-adds that may be left; above 0 and below 1.</summary>
    public double? Macs { get; init; }

    /// <summary>Share of the parameters that may be left; above 0 and below 1.</summary>
    public double? Parameters { get; init; }

    public ChannelImportance Importance { get; init; } = ChannelImportance.L2;

    /// <summary>
    /// Channels of all layers compete, by importance for each multiply-add (or parameter) saved; or every layer gives up the same share.
    /// </summary>
    public PruneScope Scope { get; init; } = PruneScope.Global;

    /// <summary>Widths that change become multiples of this; 1 or more.</summary>
    public int Multiple { get; init; } = 1;

    /// <summary>Layers whose output channels all stay, by name; * stands for any characters and ? for one.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <exception cref="BadInputException">A value is out of its range, or not exactly one target is given.</exception>
    internal void Validate()
    {
        if (Macs is null == Parameters is null) throw new BadInputException("pruning channels needs one of a share of multiply-adds and a share of parameters");
        Check(Macs, "the share of multiply-adds");
        Check(Parameters, "the share of parameters");
        if (Multiple < 1) throw new BadInputException($"the multiple of widths is {Multiple}, 1 or more is allowed");
    }

    private static void Check(double? share, string what)
    {
        if (share is { } s && !(s is > 0 and < 1)) throw new BadInputException($"{what} is {s}, above 0 and below 1 is allowed");
    }
}
