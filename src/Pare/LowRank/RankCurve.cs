namespace Pare.LowRank;

/// <summary>What a method keeps of a layer at each rank.</summary>
/// <param name="Method">The method.</param>
/// <param name="Rank">The highest rank.</param>
/// <param name="InputRank">The highest rank of Tucker-2's first layer; 1 for other methods.</param>
/// <param name="Kept">Share of the energy (squares) kept, 0 to 1, at rank r and input rank q: element (r - 1) · InputRank + q - 1; it rises along both.</param>
/// <param name="SingularValues">Falling singular values of the matrix; for Tucker-2 of the kernel unfolded by outputs, and by inputs.</param>
public sealed record RankCurve(FactorMethod Method, int Rank, int InputRank, double[] Kept, IReadOnlyList<double[]> SingularValues);

/// <summary>A layer with the curves of its methods.</summary>
public sealed record LayerCurves(FactorLayer Layer, IReadOnlyList<RankCurve> Curves);

/// <summary>One way to factorise a layer.</summary>
/// <param name="Macs">Multiply-adds of the factors for one example.</param>
/// <param name="Kept">Share of the energy kept, as the curve says.</param>
public readonly record struct RankOption(FactorMethod Method, int Rank, int InputRank, long Macs, double Kept)
{
    /// <summary>The option at given ranks; null where it would not take fewer multiply-adds and fewer weights than the whole layer.</summary>
    public static RankOption? Of(FactorLayer layer, RankCurve curve, int rank, int inputRank)
    {
        var cost = layer.Cost(curve.Method, rank, inputRank);
        if (cost.Macs >= layer.Macs || cost.Weights >= layer.Weights) return null;
        return new(curve.Method, rank, inputRank, cost.Macs, curve.Kept[(rank - 1) * curve.InputRank + inputRank - 1]);
    }

    /// <summary>The options of a curve that no other betters, with multiply-adds and kept energy rising.</summary>
    public static List<RankOption> Front(FactorLayer layer, RankCurve curve)
    {
        var all = new List<RankOption>();
        for (var r = 1; r <= curve.Rank; r++)
            for (var q = 1; q <= curve.InputRank; q++)
                if (Of(layer, curve, r, q) is { } option) all.Add(option);
        return Front(all);
    }

    /// <summary>Those of the options that no other betters.</summary>
    public static List<RankOption> Front(IEnumerable<RankOption> options)
    {
        var front = new List<RankOption>();
        foreach (var option in options.OrderBy(o => o.Macs).ThenByDescending(o => o.Kept).ThenBy(o => o.Method))
            if (front.Count == 0 || option.Kept > front[^1].Kept) front.Add(option);
        return front;
    }
}
