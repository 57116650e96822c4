namespace Pare.Profile;

/// <summary>A model's score on a data set.</summary>
/// <param name="Value">The score: a share in [0, 1] for top1 and agreement, a mean error for nme.</param>
/// <param name="Count">Number of examples.</param>
/// <param name="Scores">One score an example in the data's order (1 or 0 for top1), for paired comparisons.</param>
public sealed record Evaluation(Metric Metric, double Value, int Count, IReadOnlyList<float> Scores)
{
    /// <summary>For agreement, the output that agrees least.</summary>
    public string? Output { get; init; }
}
