namespace Pare;

/// <summary>Shares one target out over layers.</summary>
internal static class Allocation
{
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
