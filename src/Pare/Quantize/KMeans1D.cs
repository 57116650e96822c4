namespace Pare.Quantize;

/// <summary>Where k-means puts its first centroids (Deep Compression, section 3.1).</summary>
public enum CentroidStart
{
    /// <summary>Even in [min, max]. Keeps the rare large weights, which matter most.</summary>
    Linear,

    /// <summary>Even in the cumulative distribution.</summary>
    Density,

    /// <summary>Values drawn at random.</summary>
    Forgy,
}

/// <summary>
/// Lloyd's k-means on one-dimensional values, exact: sorted values make each cluster a run, its mean a difference of running
/// sums, so an iteration costs O(k log n) and no pass over the values.
/// </summary>
public static class KMeans1D
{
    // On millions of smooth values the last boundaries creep by single values; what is left to gain is far below float32.
    private const int MaxIterations = 1000;

    /// <summary>
    /// Centroids, ascending and different, at most <paramref name="k"/>. With at least as many centroids as different values
    /// these are the values themselves, exactly.
    /// </summary>
    /// <param name="values">The values, each with an importance or none.</param>
    /// <param name="k">Number of centroids, 1 or more.</param>
    /// <param name="start">First centroids.</param>
    /// <param name="seed">For <see cref="CentroidStart.Forgy"/>.</param>
    public static float[] Cluster(SortedValues values, int k, CentroidStart start = CentroidStart.Linear, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (values.Distinct(k) is { } distinct) return distinct;
        var centroids = Lloyd(values, Start(values, k, start, seed));
        // Each round splits as many clusters as are empty; more rounds are for values that pile up on a few points.
        for (var round = 0; round < k && SplitWorst(values, centroids); round++) centroids = Lloyd(values, centroids);
        var ends = Ends(values, centroids);
        return [.. centroids.Where((_, c) => ends[c] > (c == 0 ? 0 : ends[c - 1])).Select(c => (float)c).Distinct()];
    }

    /// <summary>First centroids, ascending. The values are not empty.</summary>
    public static double[] Start(SortedValues values, int k, CentroidStart start, int seed)
    {
        var sorted = values.Values;
        var centroids = new double[k];
        switch (start)
        {
            case CentroidStart.Linear:
                double min = sorted[0], range = (double)sorted[^1] - sorted[0];
                for (var c = 0; c < k; c++) centroids[c] = k == 1 ? min + range / 2 : min + range * c / (k - 1);
                break;
            case CentroidStart.Density:
                for (var c = 0; c < k; c++) centroids[c] = sorted[(int)(((2L * c + 1) * sorted.Length - 1) / (2L * k))];
                break;
            default:
                var random = new Random(seed);
                for (var c = 0; c < k; c++) centroids[c] = sorted[random.Next(sorted.Length)];
                Array.Sort(centroids);
                break;
        }
        return centroids;
    }

    /// <summary>
    /// Moves ascending centroids to the means of the values nearest to them until no value changes sides. A value halfway
    /// goes to the lower centroid; a centroid without values (or whose values have no importance) stays where it is.
    /// </summary>
    public static double[] Lloyd(SortedValues values, ReadOnlySpan<double> start)
    {
        var centroids = start.ToArray();
        int[] before = [];
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            var ends = Ends(values, centroids);
            if (ends.AsSpan().SequenceEqual(before)) break;
            for (var c = 0; c < centroids.Length; c++)
                centroids[c] = Mean(values, c == 0 ? 0 : ends[c - 1], ends[c], centroids[c]);
            before = ends;
        }
        return centroids;
    }

    /// <summary>Where each cluster's run of sorted values ends; it starts where the one before it ends.</summary>
    public static int[] Ends(SortedValues values, ReadOnlySpan<double> centroids)
    {
        var ends = new int[centroids.Length];
        for (var c = 0; c + 1 < centroids.Length; c++) ends[c] = values.CountUpTo((centroids[c] + centroids[c + 1]) / 2);
        ends[^1] = values.Count;
        return ends;
    }

    private static double Mean(SortedValues values, int start, int end, double otherwise)
    {
        var (weight, moment) = values.Sum(start, end);
        // The mean lies among its values; rounding of the running sums must not carry it out.
        return weight > 0 ? Math.Clamp(moment / weight, values.Values[start], values.Values[end - 1]) : otherwise;
    }

    // Takes each centroid without values to one of the clusters with the largest error; false where there is nothing to do.
    private static bool SplitWorst(SortedValues values, double[] centroids)
    {
        var ends = Ends(values, centroids);
        var runs = Enumerable.Range(0, centroids.Length).Select(c => (Cluster: c, Start: c == 0 ? 0 : ends[c - 1], End: ends[c])).ToList();
        var empty = runs.Where(r => r.Start == r.End).ToList();
        if (empty.Count == 0) return false;
        var worst = runs.Where(r => r.End > r.Start && values.Values[r.Start] < values.Values[r.End - 1])
            .Select(r => (Run: r, Error: Error(values, r.Start, r.End, centroids[r.Cluster])))
            .OrderByDescending(r => r.Error).Take(empty.Count).Where(r => r.Error > 0).Select(r => r.Run).ToList();
        foreach (var ((cluster, start, end), (spare, _, _)) in worst.Zip(empty))
        {
            var middle = Math.Clamp(values.CountUpTo(centroids[cluster]), start + 1, end - 1);
            (centroids[cluster], centroids[spare]) = (Mean(values, start, middle, values.Values[start]), Mean(values, middle, end, values.Values[end - 1]));
        }
        Array.Sort(centroids);
        return worst.Count > 0;
    }

    private static double Error(SortedValues values, int start, int end, double centroid)
    {
        var error = 0.0;
        for (var i = start; i < end; i++)
        {
            var distance = values.Values[i] - centroid;
            error += distance * distance * (values.Importance.IsEmpty ? 1 : values.Importance[i]);
        }
        return error;
    }
}
