namespace Pare.Profile;

/// <summary>
/// Tango's score interval for the difference of two paired proportions (Statistics in Medicine 17, 1998, section 3). Unlike the normal interval it has a width
/// where the two never differ, and keeps its level on few examples.
/// </summary>
internal static class TangoInterval
{
    /// <summary>Upper end of the one-sided interval of the share that is lost, -1 to 1.</summary>
    /// <param name="lost">Examples right before and wrong after.</param>
    /// <param name="won">Examples wrong before and right after.</param>
    /// <param name="count">All examples; 1 or more.</param>
    /// <param name="level">Confidence, above 0.5 and below 1.</param>
    public static double Upper(int lost, int won, int count, double level)
    {
        var z = Normal.Quantile(level);
        // The statistic falls as the assumed difference rises.
        var (low, high) = ((double)(lost - won) / count, 1.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Statistic(lost, won, count, middle) > -z) low = middle;
            else high = middle;
        }
        return high;
    }

    /// <summary>Examples without which no bound can be as low as <paramref name="limit"/>, unless more is won than lost: (1 - limit) z² / limit.</summary>
    /// <param name="limit">A share that may be lost, above 0.</param>
    /// <param name="level">Confidence, above 0.5 and below 1.</param>
    public static int LeastCount(double limit, double level)
    {
        var z = Normal.Quantile(level);
        return (int)Math.Ceiling(z * z * (1 - limit) / limit);
    }

    // How far what was seen is from an assumed difference, in standard errors under it; q is the likeliest share of 'won' if the difference is true.
    private static double Statistic(int lost, int won, int count, double difference)
    {
        double n = count, a = 2 * n, b = -lost - won + (2 * n - lost + won) * difference, c = -won * difference * (1 - difference);
        var q = Math.Max(0, (Math.Sqrt(Math.Max(0, b * b - 4 * a * c)) - b) / (2 * a));
        var variance = n * (2 * q + difference * (1 - difference));
        var distance = lost - won - n * difference;
        return distance == 0 ? 0 : distance / Math.Sqrt(variance);
    }
}
