using Pare.Onnx;

namespace Pare.LowRank;

/// <summary>What is to be tried on a layer: of the candidates, the one whose outputs err least is taken.</summary>
/// <param name="Candidates">Empty where the layer stays as it is.</param>
/// <param name="Reason">Why it stays as it is.</param>
public sealed record LayerChoice(FactorLayer Layer, IReadOnlyList<RankOption> Candidates, string? Reason);

/// <summary>Chooses ranks for the layers that can be factorised.</summary>
public static class RankChoice
{
    /// <summary>One rank for every layer; no curves are needed.</summary>
    /// <exception cref="BadInputException">The rank is above a layer's.</exception>
    public static IReadOnlyList<LayerChoice> Fixed(IReadOnlyList<FactorLayer> layers, int rank)
    {
        return [.. layers.Select(Choose)];

        LayerChoice Choose(FactorLayer layer)
        {
            var methods = layer.Methods.Where(m => rank <= layer.FullRank(m)).ToList();
            if (methods.Count == 0)
                throw new BadInputException($"rank is {rank}; layer '{layer.Name}' has rank {layer.Methods.Max(layer.FullRank)} at most (a lower rank, or the layer excluded, is allowed)");
            return Saving(layer, methods.Select(m => (m, rank, Math.Min(rank, layer.FullInputRank(m)))));
        }
    }

    /// <summary>For each layer the ranks with the fewest multiply-adds that keep a share of the energy, by any of its methods.</summary>
    public static IReadOnlyList<LayerChoice> ByEnergy(IReadOnlyList<LayerCurves> layers, double energy)
    {
        // Shares are sums of rounded numbers.
        var enough = energy - 1e-12;
        return [.. layers.Select(l => Cheapest(l.Layer, l.Curves.SelectMany(c => Enough(l.Layer, c, enough))))];

        static IEnumerable<(FactorMethod, int, int)> Enough(FactorLayer layer, RankCurve curve, double enough) =>
            from q in Enumerable.Range(1, curve.InputRank)
            let r = Enumerable.Range(1, curve.Rank).FirstOrDefault(r => curve.Kept[(r - 1) * curve.InputRank + q - 1] >= enough)
            where r > 0
            select (curve.Method, r, q);
    }

    /// <summary>For each layer the ranks at which singular values stand out of noise; of several methods the one with the fewest multiply-adds.</summary>
    /// <param name="layers">With curves of the weights themselves: it is their noise that the rule is about.</param>
    public static IReadOnlyList<LayerChoice> ByVbmf(IReadOnlyList<LayerCurves> layers)
    {
        return [.. layers.Select(l => Cheapest(l.Layer, l.Curves.Select(c => Ranks(l.Layer, c)).Where(o => o.Rank > 0 && o.InputRank > 0)))];

        static (FactorMethod Method, int Rank, int InputRank) Ranks(FactorLayer layer, RankCurve curve)
        {
            var (outputs, inputs, window) = (layer.Outputs, layer.Inputs, layer.Window);
            return curve.Method switch
            {
                FactorMethod.Spatial => (curve.Method, Vbmf.Rank(curve.SingularValues[0], outputs * layer.Kernel[1], inputs * layer.Kernel[0]), 1),
                FactorMethod.Tucker2 => (curve.Method, Vbmf.Rank(curve.SingularValues[0], outputs, inputs * window), Vbmf.Rank(curve.SingularValues[1], inputs, outputs * window)),
                _ => (curve.Method, Vbmf.Rank(curve.SingularValues[0], outputs, inputs * window), 1),
            };
        }
    }

    /// <summary>
    /// Ranks with which the whole network takes at most a share of its multiply-adds: layers give way one rank after the other, first where the
    /// least is lost for a multiply-add saved, the loss being -log of the energy kept (Zhang et al. 2016, section 3.3). Each layer's
    /// steps lie on the lower convex hull of its options, where this order is the best there is.
    /// </summary>
    /// <param name="share">Above 0 and below 1.</param>
    /// <param name="otherMacs">Multiply-adds of everything else in the network.</param>
    /// <param name="measured">What layers lose, in place of the loss of energy; null for that.</param>
    /// <exception cref="BadInputException">The share cannot be reached.</exception>
    public static IReadOnlyList<LayerChoice> ByMacs(IReadOnlyList<LayerCurves> layers, double share, long otherMacs, DropCurves? measured = null)
    {
        var fronts = layers.Select(l => l.Curves.Select(c => RankOption.Front(l.Layer, c)).ToList()).ToList();
        var curves = layers.Select((l, i) => Curve(l.Layer, RankOption.Front(fronts[i].SelectMany(f => f)))).ToList();
        // A measured curve ends where the ranks do.
        if (measured is not null) curves = [.. layers.Zip(curves, (l, c) => (IReadOnlyList<(long, double)>)[.. measured.Costs(l.Layer.Name, l.Layer.Macs).Where(p => p.Gain <= c[^1].Gain)])];
        var whole = layers.Sum(l => l.Layer.Macs) + otherMacs;
        var surplus = whole - (long)Math.Floor(share * whole);
        var most = curves.Sum(c => c[^1].Gain);
        if (most < surplus)
            throw new OutOfReachException($"macs is {share}; with every layer {(measured is null ? "at its lowest rank" : "at its lowest measured rank")} the network takes {Math.Ceiling(1e4 * (whole - most) / whole) / 1e4} of its {whole} multiply-adds");

        var saved = Allocation.Solve(curves, surplus);
        return [.. layers.Select((l, i) => saved[i] == 0
            ? new LayerChoice(l.Layer, [], curves[i].Count == 1 ? "no rank takes fewer multiply-adds" : "others give up less")
            : new LayerChoice(l.Layer, [.. fronts[i].Select(f => f.LastOrDefault(o => o.Macs <= l.Layer.Macs - saved[i])).Where(o => o.Rank > 0)], null))];
    }

    // What giving up multiply-adds loses, from none on; the options' multiply-adds rise.
    private static IReadOnlyList<(long Gain, double Cost)> Curve(FactorLayer layer, List<RankOption> front) =>
        [(0, 0), .. Enumerable.Reverse(front).Select(o => (layer.Macs - o.Macs, -Math.Log(Math.Max(o.Kept, 1e-300))))];

    private static LayerChoice Cheapest(FactorLayer layer, IEnumerable<(FactorMethod Method, int Rank, int InputRank)> ranks)
    {
        var all = ranks.ToList();
        if (all.Count == 0) return new LayerChoice(layer, [], "no singular value stands out of noise");
        return Saving(layer, [all.MinBy(o => layer.Cost(o.Method, o.Rank, o.InputRank).Macs)]);
    }

    // Those of the options that make the layer smaller and faster; else why it stays as it is.
    private static LayerChoice Saving(FactorLayer layer, IEnumerable<(FactorMethod Method, int Rank, int InputRank)> ranks)
    {
        var all = ranks.Select(o => (Option: new RankOption(o.Method, o.Rank, o.InputRank, layer.Cost(o.Method, o.Rank, o.InputRank).Macs, 0), layer.Cost(o.Method, o.Rank, o.InputRank).Weights)).ToList();
        var saving = all.Where(o => o.Option.Macs < layer.Macs && o.Weights < layer.Weights).Select(o => o.Option).ToList();
        if (saving.Count > 0) return new LayerChoice(layer, saving, null);
        var (best, weights) = all.MinBy(o => o.Option.Macs);
        var ratio = Math.Max((double)best.Macs / layer.Macs, (double)weights / layer.Weights);
        return new LayerChoice(layer, [], $"rank {best.Rank} of {layer.FullRank(best.Method)} would cost {ratio:0.00}x as much");
    }
}
