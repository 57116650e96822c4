namespace Pare.LowRank;

/// <summary>What a factorisation is asked for: one of <see cref="Energy"/>, <see cref="Macs"/>, <see cref="Vbmf"/> and <see cref="Rank"/>.</summary>
public sealed record FactorizeOptions
{
    /// <summary>How convolutions with a kernel are split; null for the method that errs least. Dense layers and 1 x 1 convolutions are always matrices.</summary>
    public FactorMethod? Method { get; init; }

    /// <summary>Share of each layer's squared singular values to keep, above 0 and up to 1.</summary>
    public double? Energy { get; init; }

    /// <summary>Multiply-adds of the whole network afterwards, as a share of those before; above 0 and below 1.</summary>
    public double? Macs { get; init; }

    /// <summary>For <see cref="Macs"/>: layers share out what is given up by what they were measured to lose, in place of the energy of their ranks; layers without a curve stay as they are.</summary>
    public DropCurves? Curves { get; init; }

    /// <summary>Ranks at which singular values stand out of noise (<see cref="LowRank.Vbmf"/>).</summary>
    public bool Vbmf { get; init; }

    /// <summary>One rank for all layers, 1 or more.</summary>
    public int? Rank { get; init; }

    /// <summary>Patterns of layers to leave alone, by name, weight or operator; * and ? stand for any characters.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The options, checked.</summary>
    /// <exception cref="BadInputException">None or several of the ways to choose ranks are given, or a number is out of range.</exception>
    public FactorizeOptions Validate()
    {
        if (new[] { Energy is not null, Macs is not null, Vbmf, Rank is not null }.Count(given => given) != 1)
            throw new BadInputException("factorize needs one of energy, macs, vbmf and rank");
        if (Curves is not null && Macs is null) throw new BadInputException("measured curves share multiply-adds out; factorize needs macs with them");
        if (Energy is { } energy && !(energy > 0 && energy <= 1)) throw new BadInputException($"energy is {energy}; allowed: above 0, up to 1");
        if (Macs is { } macs && !(macs > 0 && macs < 1)) throw new BadInputException($"macs is {macs}; allowed: above 0, below 1");
        if (Rank is < 1) throw new BadInputException($"rank is {Rank}; allowed: 1 or more");
        return this;
    }
}
