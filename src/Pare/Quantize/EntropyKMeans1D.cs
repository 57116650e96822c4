namespace Pare.Quantize;

/// <summary>
/// Entropy-constrained k-means on one-dimensional values: minimises the sum of importance · (value - centroid)² plus
/// λ · code length, with code lengths -log2 of the codes' shares (Chou, Lookabaugh, Gray 1989). Each of an iteration's three
/// parts (assignment, centroids, lengths) can only lower the sum. Clusters that lose all their values vanish.
/// </summary>
public static class EntropyKMeans1D
{
    private const int MaxIterations = 200;
    private const double Tolerance = 1e-7;

    /// <summary>Iterates from the given centroids until the sum stops falling.</summary>
    /// <param name="values">The values, each with an importance or none.</param>
    /// <param name="start">First centroids, ascending.</param>
    /// <param name="lambda">Price of one bit, 0 or more.</param>
    /// <param name="frozen">How many values outside of <paramref name="values"/> hold each centroid for good; a centroid with any stays where it is. Empty for none.</param>
    public static Codebook Cluster(SortedValues values, ReadOnlySpan<float> start, double lambda, ReadOnlySpan<long> frozen = default)
    {
        var state = Start(values, start, frozen);
        var objective = state.Objective(lambda);
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            state = state.Next(values, lambda);
            var next = state.Objective(lambda);
            if (objective - next <= Tolerance * Math.Abs(next)) break;
            objective = next;
        }
        return state.ToCodebook(lambda);
    }

    /// <summary>The given centroids with each value at the nearest one.</summary>
    internal static EntropyClusters Start(SortedValues values, ReadOnlySpan<float> start, ReadOnlySpan<long> frozen)
    {
        var clusters = new EntropyCluster[start.Length];
        for (var c = 0; c < clusters.Length; c++) clusters[c] = new(start[c], 0) { Frozen = frozen.IsEmpty ? 0 : frozen[c] };
        return new EntropyClusters(clusters).Assign(values, lambda: 0);
    }
}
