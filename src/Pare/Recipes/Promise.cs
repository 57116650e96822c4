using Pare.Profile;

namespace Pare.Recipes;

/// <summary>What a compressed network must keep to; without any of it nothing is promised, and the recipe's own aim is what counts.</summary>
public sealed record Promise
{
    /// <summary>Points of the metric that may be lost; null promises nothing.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>How <see cref="MaxDrop"/> is held against examples.</summary>
    public AcceptRule Rule { get; init; }

    /// <summary>How many times smaller than the original's weights the packed file must be; null for any size.</summary>
    public double? Ratio { get; init; }

    /// <summary>Whether nothing is promised.</summary>
    public bool IsEmpty => MaxDrop is null && Ratio is null;

    /// <summary>
    /// Points lost from one score to another, for choosing. A promise must hold on data nobody has seen, so there the upper end of the interval counts; an aim
    /// is held against the mean.
    /// </summary>
    public double Drop(Metric metric, Score before, Score after) => MaxDrop is null || Rule == AcceptRule.Point || before.Each.Count < LeastForInterval(metric)
        ? metric.Drop(before.Value, after.Value)
        : PairedDrop.Between(metric, before.Each, after.Each).Upper95;

    /// <summary>Examples from which on choices go by the interval: on fewer it is wider than the promise for every network that changes answers, and the mean has to do.</summary>
    public int LeastForInterval(Metric metric) => metric.HigherIsBetter && MaxDrop is > 0 and < 100 and var promised ? 4 * TangoInterval.LeastCount(promised / 100, 0.95) : 0;
}
