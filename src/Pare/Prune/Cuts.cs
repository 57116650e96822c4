using Pare.Onnx;

namespace Pare.Prune;

/// <summary>Finds where to cut each layer's ranking. Every layer keeps at least a given number of weights, or those it has.</summary>
internal static class Cuts
{
    /// <summary>The cut that leaves a layer with the given share of zeros.</summary>
    public static Cut Share(ScoredWeights layer, double sparsity, int minKept) =>
        Cut.Smallest(Math.Min(Target(sparsity, layer.Count), layer.Count - minKept), [layer]);

    /// <summary>The cut below quality · standard deviation of the layer's weights.</summary>
    public static Cut Quality(ScoredWeights layer, double quality, int minKept)
    {
        var threshold = (float)(quality * StandardDeviation(layer.Stored));
        var cut = new Cut(BitConverter.SingleToUInt32Bits(threshold), 0);
        return layer.Count - layer.CountTo(cut.Key).Below >= minKept ? cut : Cut.Smallest(layer.Count - minKept, [layer]);
    }

    /// <summary>
    /// The cuts that leave all layers together with the given share of zeros. Where the common cut would leave a layer too few
    /// weights, that layer gets a cut of its own and the others make up for it.
    /// </summary>
    public static IEnumerable<(ScoredWeights Layer, Cut Cut)> Global(IReadOnlyList<ScoredWeights> layers, double sparsity, int minKept)
    {
        var open = layers.ToList();
        var target = Target(sparsity, layers.Sum(l => (long)l.Count));
        while (open.Count > 0)
        {
            var shares = Split(Cut.Smallest(Math.Min(target, open.Sum(l => (long)l.Count)), open), open).ToList();
            var wiped = shares.Where(s => s.Layer.Count - s.Pruned < minKept && s.Pruned > s.Layer.CountZeros()).ToList();
            if (wiped.Count == 0)
            {
                foreach (var (layer, cut, _) in shares) yield return (layer, cut);
                yield break;
            }
            foreach (var (layer, _, _) in wiped)
            {
                long allowed = Math.Max(0, layer.Count - minKept);
                yield return (layer, Cut.Smallest(allowed, [layer]));
                open.Remove(layer);
                target -= Math.Max(allowed, layer.CountZeros());
            }
        }
    }

    /// <summary>The cuts that leave all layers together with the given share of zeros at the least measured drop.</summary>
    /// <exception cref="BadInputException">The curves do not reach so far.</exception>
    public static IEnumerable<(ScoredWeights Layer, Cut Cut)> ByCurves(IReadOnlyList<ScoredWeights> layers, DropCurves curves, double sparsity, int minKept)
    {
        List<IReadOnlyList<(long Gain, double Cost)>> costs = [.. layers.Select(l => (IReadOnlyList<(long, double)>)[.. curves.Costs(l.Name, l.Count).Where(c => c.Gain == 0 || c.Gain <= l.Count - minKept)])];
        var (all, most) = (layers.Sum(l => (long)l.Count), costs.Sum(c => c[^1].Gain));
        var target = Target(sparsity, all);
        if (target > most) throw new BadInputException($"sparsity is {sparsity}; the measured curves reach up to {Math.Floor(1e4 * most / Math.Max(1, all)) / 1e4} of these layers' weights");
        return layers.Zip(Allocation.Solve(costs, target), (layer, zeros) => (layer, Cut.Smallest(zeros, [layer])));
    }

    // Each layer's part of a common cut; equal keys go to the first layers.
    private static IEnumerable<(ScoredWeights Layer, Cut Cut, long Pruned)> Split(Cut cut, List<ScoredWeights> layers)
    {
        var ties = cut.Ties;
        foreach (var layer in layers)
        {
            var (below, equal) = layer.CountTo(cut.Key);
            var own = Math.Min(ties, equal);
            ties -= own;
            yield return (layer, cut with { Ties = own }, below + own);
        }
    }

    private static long Target(double sparsity, long count) => (long)Math.Round(sparsity * count);

    private static double StandardDeviation(IStoredWeights weights)
    {
        double sum = 0, squares = 0;
        var buffer = new float[4096];
        var count = (int)weights.Elements.Count;
        for (var start = 0; start < count; start += buffer.Length)
        {
            foreach (double w in weights.Read(start, buffer.AsSpan(0, Math.Min(buffer.Length, count - start))))
            {
                sum += w;
                squares += w * w;
            }
        }
        var mean = sum / count;
        return Math.Sqrt(Math.Max(0, squares / count - mean * mean));
    }
}
