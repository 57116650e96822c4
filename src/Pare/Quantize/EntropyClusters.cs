namespace Pare.Quantize;

/// <summary>One cluster: its centroid, its code's length, and sums over the values that hold it.</summary>
/// <param name="Centroid">The centroid.</param>
/// <param name="Bits">Code length.</param>
internal readonly record struct EntropyCluster(double Centroid, double Bits)
{
    /// <summary>Values outside of the data that hold the centroid for good.</summary>
    public long Frozen { get; init; }

    /// <summary>Number of values.</summary>
    public long Count { get; init; }

    /// <summary>Sum of importance.</summary>
    public double Weight { get; init; }

    /// <summary>Sum of importance · value.</summary>
    public double Moment { get; init; }

    /// <summary>Values and frozen values together.</summary>
    public long Total => Count + Frozen;

    public EntropyCluster With(long count, double weight, double moment) => this with { Count = count, Weight = weight, Moment = moment };
}

/// <summary>The state of entropy-constrained k-means, clusters in ascending order; <see cref="Next"/> makes the one after it.</summary>
internal sealed class EntropyClusters(EntropyCluster[] clusters)
{
    public ReadOnlySpan<EntropyCluster> Clusters => clusters;

    /// <summary>One iteration: assignment, centroids, code lengths.</summary>
    public EntropyClusters Next(SortedValues values, double lambda) => Measure().Assign(values, lambda).MoveCentroids();

    /// <summary>
    /// The sum that falls, but for the constant sum of importance · value²: distortion + λ · bits, with the lengths that fit
    /// the present shares.
    /// </summary>
    public double Objective(double lambda)
    {
        var objective = 0.0;
        foreach (var c in Measure().Clusters)
            objective += c.Centroid * (c.Centroid * c.Weight - 2 * c.Moment) + lambda * c.Total * c.Bits;
        return objective;
    }

    /// <summary>Gives each value to the cluster that costs least.</summary>
    public EntropyClusters Assign(SortedValues values, double lambda) =>
        values.Importance.IsEmpty ? AssignRuns(values, lambda) : AssignEach(values, lambda);

    /// <summary>The centroids as floats with λ · length as the cost of each code.</summary>
    public Codebook ToCodebook(double lambda)
    {
        var last = Measure().Clusters;
        var centroids = new List<float>();
        var totals = new List<long>();
        foreach (var c in last)
        {
            if (centroids.Count > 0 && centroids[^1] == (float)c.Centroid)
            {
                totals[^1] += c.Total;
                continue;
            }
            centroids.Add((float)c.Centroid);
            totals.Add(c.Total);
        }
        double all = totals.Sum();
        return new Codebook([.. centroids], lambda > 0 ? [.. totals.Select(t => lambda * Math.Log2(all / t))] : null);
    }

    // Code lengths from the present shares; clusters that nothing holds go.
    private EntropyClusters Measure()
    {
        long total = 0;
        foreach (var c in clusters) total += c.Total;
        return new([.. clusters.Where(c => c.Total > 0).Select(c => c with { Bits = Math.Log2((double)total / c.Total) })]);
    }

    // As floats, since that is how a codebook holds them. Frozen centroids stay, so a moved one can pass them: the order is made anew.
    private EntropyClusters MoveCentroids() =>
        new([.. clusters.Select(c => c.Frozen > 0 || c.Weight <= 0 ? c : c with { Centroid = (float)(c.Moment / c.Weight) }).OrderBy(c => c.Centroid)]);

    // With one importance for all, each cluster's values are a run. Its ends are found as the lower envelope of parabolas of
    // equal width: neighbours a < b meet where (a + b) / 2 is shifted by λ · (difference of lengths) / (2 (b - a)).
    private EntropyClusters AssignRuns(SortedValues values, double lambda)
    {
        var envelope = new Stack<(int Cluster, double From)>();
        for (var c = 0; c < clusters.Length; c++)
        {
            var from = double.NegativeInfinity;
            while (envelope.TryPeek(out var top))
            {
                from = Meet(clusters[top.Cluster], clusters[c], lambda);
                if (from > top.From) break;
                envelope.Pop();
                from = double.NegativeInfinity;
            }
            if (from < double.PositiveInfinity) envelope.Push((c, from));
        }
        var assigned = clusters.Select(c => c.With(0, 0, 0)).ToArray();
        var end = values.Count;
        foreach (var (cluster, from) in envelope)
        {
            var start = Math.Min(end, values.CountUpTo(from));
            var (weight, moment) = values.Sum(start, end);
            assigned[cluster] = assigned[cluster].With(end - start, weight, moment);
            end = start;
        }
        return new(assigned);
    }

    private static double Meet(EntropyCluster a, EntropyCluster b, double lambda)
    {
        var distance = b.Centroid - a.Centroid;
        var price = lambda * (b.Bits - a.Bits);
        if (distance > 0) return (a.Centroid + b.Centroid) / 2 + price / (2 * distance);
        return price < 0 ? double.NegativeInfinity : double.PositiveInfinity;
    }

    private EntropyClusters AssignEach(SortedValues values, double lambda)
    {
        // Ties and order are Codebook's own, so that the codes written in the end are those counted here.
        var codebook = new Codebook([.. clusters.Select(c => (float)c.Centroid)], lambda > 0 ? [.. clusters.Select(c => lambda * c.Bits)] : null);
        var counts = new long[clusters.Length];
        var weights = new double[clusters.Length];
        var moments = new double[clusters.Length];
        for (var i = 0; i < values.Count; i++)
        {
            double importance = values.Importance[i];
            var code = codebook.Encode(values.Values[i], importance);
            counts[code]++;
            weights[code] += importance;
            moments[code] += importance * values.Values[i];
        }
        return new([.. clusters.Select((c, i) => c.With(counts[i], weights[i], moments[i]))]);
    }
}
