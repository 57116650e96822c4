namespace Pare.Profile;

/// <summary>How a promise is held against examples.</summary>
public enum AcceptRule
{
    /// <summary>The upper end of the drop's confidence interval must be within the promise: a model that breaks it passes with at most 5 % probability.</summary>
    Interval,

    /// <summary>The measured drop must be; a model that breaks the promise by a little passes about half the time.</summary>
    Point,
}

/// <summary>What came of one try to accept a model.</summary>
/// <param name="Accepted">Whether the promise holds.</param>
/// <param name="Drop">The measured drop.</param>
/// <param name="Upper">What was held against the promise, in points.</param>
public sealed record Acceptance(bool Accepted, PairedDrop Drop, double Upper);

/// <summary>
/// Decides whether models keep a promise, on examples that no choice was made on. Several may be tried, in an order that does not depend on these examples: the k-th
/// is held to the level 1 - 0.05 / 2^k, so that all tries together let a model that breaks the promise pass with at most 5 % probability.
/// </summary>
/// <param name="metric">What the scores are.</param>
/// <param name="maxDrop">The promise: points that may be lost, 0 or more.</param>
/// <param name="rule">How it is held.</param>
/// <param name="before">Scores of the network the promise is about, one an example.</param>
public sealed class AcceptanceTest(Metric metric, double maxDrop, AcceptRule rule, IReadOnlyList<float> before)
{
    private const double Alpha = 0.05;

    // Below it the bootstrap draws from too few values to say anything of those it has not seen.
    private const int LeastForMean = 20;

    /// <summary>Models tried so far.</summary>
    public int Tries { get; private set; }

    /// <summary>Holds a model to the promise.</summary>
    /// <param name="after">Its scores, one an example in the order of those before.</param>
    public Acceptance Try(IReadOnlyList<float> after)
    {
        Tries++;
        var drop = PairedDrop.Between(metric, before, after);
        var upper = rule == AcceptRule.Point ? drop.Points : PairedDrop.UpperAt(LevelOf(Tries), metric, before, after);
        return new Acceptance(upper <= maxDrop, drop, upper);
    }

    /// <summary>Examples without which a promise cannot be shown to hold even for a model that never differs.</summary>
    /// <param name="metric">What the scores are.</param>
    /// <param name="maxDrop">The promise in points.</param>
    /// <param name="isShare">Whether scores are right or wrong; else they are numbers, whose mean counts.</param>
    public static int LeastExamples(Metric metric, double maxDrop, bool isShare = true) =>
        !isShare || !metric.HigherIsBetter ? LeastForMean : maxDrop is > 0 and < 100 ? TangoInterval.LeastCount(maxDrop / 100, LevelOf(1)) : 0;

    /// <summary>Makes sure, before long work starts, that there are enough examples to hold a promise against.</summary>
    /// <param name="data">What messages call the data.</param>
    /// <param name="count">Examples that no choice is made on.</param>
    /// <exception cref="BadInputException">There are too few.</exception>
    public static void CheckCount(string data, int count, Metric metric, double maxDrop, AcceptRule rule, bool isShare = true)
    {
        var least = rule == AcceptRule.Point ? 1 : LeastExamples(metric, maxDrop, isShare);
        if (count < least)
            throw new BadInputException($"'{data}': {count} examples to hold the promise against; to show that at most {maxDrop} points are lost takes {least} or more (or --accept point, or a larger --max-drop)");
    }

    private static double LevelOf(int attempt) => 1 - Alpha / Math.Pow(2, attempt);
}
