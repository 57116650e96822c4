namespace Pare.Profile;

/// <summary>What a model lost against another on the same examples, in percentage points of the metric.</summary>
/// <param name="Points">The mean drop; negative for a gain.</param>
/// <param name="Upper95">Upper end of its one-sided 95 % confidence interval.</param>
public sealed record PairedDrop(double Points, double Upper95)
{
    /// <summary>Normal quantile of 95 %.</summary>
    private const double Z95 = 1.6448536269514722;

    /// <summary>
    /// The drop from one score an example to another in the same order. The interval is the normal one of the paired
    /// differences, which for right-or-wrong scores is McNemar's: examples both get right or wrong add no noise.
    /// </summary>
    /// <exception cref="ArgumentException">They were not made on the same number of examples.</exception>
    public static PairedDrop Between(Metric metric, IReadOnlyList<float> before, IReadOnlyList<float> after)
    {
        if (before.Count != after.Count) throw new ArgumentException($"{before.Count} and {after.Count} examples cannot be paired");
        double sum = 0, squares = 0;
        for (var i = 0; i < before.Count; i++)
        {
            var difference = metric.Drop(before[i], after[i]);
            sum += difference;
            squares += difference * difference;
        }
        var mean = sum / before.Count;
        var variance = Math.Max(0, squares / before.Count - mean * mean);
        return new PairedDrop(mean, mean + Z95 * Math.Sqrt(variance / before.Count));
    }
}
