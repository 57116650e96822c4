namespace Pare.Profile;

/// <summary>What a model lost against another on the same examples, in percentage points of the metric.</summary>
/// <param name="Points">The mean drop; negative for a gain.</param>
/// <param name="Upper95">Upper end of its one-sided 95 % confidence interval.</param>
public sealed record PairedDrop(double Points, double Upper95)
{
    /// <summary>
    /// The drop from one score an example to another in the same order. For right-or-wrong scores the interval is Tango's, in which examples both get right
    /// or wrong add no noise; for others it is bootstrapped.
    /// </summary>
    /// <exception cref="ArgumentException">They were not made on the same examples, or there are none.</exception>
    public static PairedDrop Between(Metric metric, IReadOnlyList<float> before, IReadOnlyList<float> after) =>
        new(Mean(metric, before, after), UpperAt(0.95, metric, before, after));

    /// <summary>Upper end of the drop's one-sided confidence interval, in points.</summary>
    /// <param name="level">Confidence, above 0.5 and below 1.</param>
    /// <param name="metric">What the scores are.</param>
    /// <param name="before">One score an example.</param>
    /// <param name="after">One score an example, in the same order.</param>
    public static double UpperAt(double level, Metric metric, IReadOnlyList<float> before, IReadOnlyList<float> after)
    {
        Check(before, after);
        if (IsBinary(before) && IsBinary(after))
        {
            var (lost, won) = (0, 0);
            for (var i = 0; i < before.Count; i++)
            {
                var drop = metric.Drop(before[i], after[i]);
                if (drop > 0) lost++;
                else if (drop < 0) won++;
            }
            return 100 * TangoInterval.Upper(lost, won, before.Count, level);
        }
        return Bootstrap.UpperOfMean([.. before.Zip(after, (b, a) => metric.Drop(b, a))], level);
    }

    private static double Mean(Metric metric, IReadOnlyList<float> before, IReadOnlyList<float> after)
    {
        Check(before, after);
        double sum = 0;
        for (var i = 0; i < before.Count; i++) sum += metric.Drop(before[i], after[i]);
        return sum / before.Count;
    }

    private static bool IsBinary(IReadOnlyList<float> scores) => scores.All(s => s is 0 or 1);

    private static void Check(IReadOnlyList<float> before, IReadOnlyList<float> after)
    {
        if (before.Count == 0 || before.Count != after.Count) throw new ArgumentException($"{before.Count} and {after.Count} examples cannot be paired");
    }
}
