namespace Pare;

/// <summary>Shares one target out over layers.</summary>
internal static class Allocation
{
    /// <summary>Steps in which <see cref="Choose"/> counts what is given.</summary>
    internal const int Steps = 1 << 14;

    /// <summary>
    /// How much each layer gives so that all together give <paramref name="target"/> at the least cost: the cheapest pieces of the curves' lower convex hulls
    /// first, the last one in part. Exact for convex curves.
    /// </summary>
    /// <param name="curves">By layer: the cost of giving so much, from (0, 0) on, gains rising.</param>
    /// <param name="target">What is to be given; no more than all can.</param>
    public static long[] Solve(IReadOnlyList<IReadOnlyList<(long Gain, double Cost)>> curves, long target)
    {
        var pieces = curves.SelectMany((curve, layer) => Hull(curve).Select(p => (Layer: layer, p.Gain, p.Slope))).OrderBy(p => p.Slope);
        var given = new long[curves.Count];
        foreach (var (layer, gain, _) in pieces)
        {
            var part = Math.Min(gain, target);
            given[layer] += part;
            target -= part;
        }
        return given;
    }

    /// <summary>
    /// One option for each layer, so that all together give <paramref name="target"/> or more at the least cost: by dynamic programming over what is given, which
    /// needs no convex curves. Exact up to a target of <see cref="Steps"/>; beyond it gains are rounded down to the target's <see cref="Steps"/>-th part.
    /// </summary>
    /// <param name="options">By layer: gains of 0 or more, with their costs.</param>
    /// <returns>Each layer's option; null where all give too little.</returns>
    public static int[]? Choose(IReadOnlyList<IReadOnlyList<(long Gain, double Cost)>> options, long target)
    {
        if (options.Sum(o => o.Max(x => x.Gain)) < target) return null;
        var unit = Math.Max(1, (target + Steps - 1) / Steps);
        // Rounding down may leave a target that is just reached out of reach.
        var steps = (int)Math.Min((Math.Max(0, target) + unit - 1) / unit, options.Sum(o => o.Max(x => x.Gain) / unit));
        // The least cost of giving so many steps or more with the layers so far, and each one's option on the way there.
        var least = new double[steps + 1];
        Array.Fill(least, double.PositiveInfinity, 1, steps);
        var taken = new int[options.Count][];
        for (var layer = 0; layer < options.Count; layer++)
        {
            var next = new double[steps + 1];
            Array.Fill(next, double.PositiveInfinity);
            taken[layer] = new int[steps + 1];
            for (var option = 0; option < options[layer].Count; option++)
            {
                var (gain, cost) = (options[layer][option].Gain / unit, options[layer][option].Cost);
                for (var given = 0; given <= steps; given++)
                    if (least[Math.Max(0, given - gain)] + cost is var sum && sum < next[given]) (next[given], taken[layer][given]) = (sum, option);
            }
            least = next;
        }
        var chosen = new int[options.Count];
        long left = steps;
        for (var layer = options.Count - 1; layer >= 0; layer--)
        {
            chosen[layer] = taken[layer][left];
            left = Math.Max(0, left - options[layer][chosen[layer]].Gain / unit);
        }
        return options.Index().Sum(o => o.Item[chosen[o.Index]].Gain) >= target ? chosen : [.. options.Select(o => o.Index().MaxBy(x => x.Item.Gain).Index)];
    }

    // Pieces of the lower convex hull, their slopes rising.
    private static List<(long Gain, double Slope)> Hull(IReadOnlyList<(long Gain, double Cost)> curve)
    {
        var hull = new List<(long Gain, double Cost)>();
        foreach (var point in curve)
        {
            while (hull.Count > 1 && Slope(hull[^2], point) <= Slope(hull[^2], hull[^1])) hull.RemoveAt(hull.Count - 1);
            hull.Add(point);
        }
        return [.. hull.Zip(hull.Skip(1), (a, b) => (b.Gain - a.Gain, Slope(a, b)))];
    }

    private static double Slope((long Gain, double Cost) a, (long Gain, double Cost) b) => (b.Cost - a.Cost) / (b.Gain - a.Gain);
}
