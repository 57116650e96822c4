namespace Pare.Profile;

/// <summary>Confidence without an assumed distribution: what the mean of examples drawn again and again would have been.</summary>
internal static class Bootstrap
{
    private const int Resamples = 2000;

    /// <summary>
    /// Upper end of the one-sided interval of a mean, by bootstrap-t (Efron and Tibshirani 1993, section 12.5), which follows skewed values better than
    /// percentiles do. The draws are the same on every call.
    /// </summary>
    /// <param name="values">The examples' values; of fewer than two nothing can be said, and the end is infinite.</param>
    /// <param name="level">Confidence, above 0.5 and below 1.</param>
    public static double UpperOfMean(double[] values, double level)
    {
        if (values.Length < 2) return double.PositiveInfinity;
        var (mean, error) = MeanAndError(values);
        if (error == 0) return mean;
        var random = new Random(1);
        var (drawn, studentized) = (new double[values.Length], new double[Resamples]);
        for (var r = 0; r < Resamples; r++)
        {
            for (var i = 0; i < drawn.Length; i++) drawn[i] = values[random.Next(values.Length)];
            var (m, e) = MeanAndError(drawn);
            studentized[r] = e == 0 ? 0 : (m - mean) / e;
        }
        Array.Sort(studentized);
        return mean - RoundTimes.Quantile(studentized, 1 - level) * error;
    }

    private static (double Mean, double StandardError) MeanAndError(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / (values.Length - 1.0) / values.Length));
    }
}
