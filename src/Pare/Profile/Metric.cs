namespace Pare.Profile;

/// <summary>What a model is judged by.</summary>
/// <param name="Name">top1, nme or agreement.</param>
public sealed record Metric(string Name, bool HigherIsBetter)
{
    /// <summary>Share of examples whose label has the largest score.</summary>
    public static Metric Top1 { get; } = new("top1", true);

    /// <summary>Share of examples on which two models have the same largest score, or how close their outputs are.</summary>
    public static Metric Agreement { get; } = new("agreement", true);

    /// <summary>Normalised mean error: mean distance of a point from the truth over the distance of the eyes.</summary>
    public static Metric Nme { get; } = new("nme", false);

    /// <summary>Percentage points lost from one value to another; negative for a gain. Rounded, so that what is exactly a limit is not above it.</summary>
    public double Drop(double before, double after) => Math.Round(100 * (HigherIsBetter ? before - after : after - before), 9);

    /// <summary>How far a value is from the best there is.</summary>
    public double Error(double value) => HigherIsBetter ? 1 - value : value;
}
