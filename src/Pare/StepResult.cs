using Pare.Onnx;

namespace Pare;

/// <summary>What a step did to one layer.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Weights">Number of weights.</param>
/// <param name="Kept">Share of weights that are not zero afterwards, 0 to 1.</param>
/// <param name="Bits">Bits a weight's code takes afterwards: 32 for float, log2 of the codebook's size for shared weights.</param>
public sealed record LayerChange(string Name, long Weights, double Kept, double Bits)
{
    /// <summary>What sharing did; null for other steps.</summary>
    public SharingRecord? Sharing { get; init; }

    /// <summary>What moving the weights that stay left of pruning's error; null where none moved.</summary>
    public CompensationRecord? Compensation { get; init; }

    /// <summary>What rounding to integers did; null for other steps.</summary>
    public RoundingRecord? Rounding { get; init; }

    /// <summary>Output channels before and after; null for steps that leave them.</summary>
    public ChannelCount? Channels { get; init; }
}

/// <summary>How one layer's weights were moved to make up for those that went.</summary>
/// <param name="Error">Root mean square of what the layer's output changed by, over that of the output.</param>
/// <param name="IsExact">True where weights went one by one, false where in blocks of columns.</param>
public sealed record CompensationRecord(double Error, bool IsExact);

/// <summary>How one layer was rounded to integers.</summary>
/// <param name="Error">|w - rounded| / |w| of its weights (Euclidean).</param>
/// <param name="IsInteger">False where the layer stays float.</param>
/// <param name="Note">How its range was found, or why it stays float.</param>
public sealed record RoundingRecord(double Error, bool IsInteger, string Note);

/// <summary>How one layer's weights are shared.</summary>
/// <param name="Centroids">Codebook entries in use, zero's own included.</param>
/// <param name="EntropyBits">Entropy of the codes of the weights that are not zero, in bits a weight.</param>
/// <param name="Distortion">Sum of importance · (weight - centroid)² over the shared weights; importance is 1 where none was given.</param>
/// <param name="Frozen">Share of the weights that are not zero whose codes are final, 0 to 1.</param>
public sealed record SharingRecord(int Centroids, double EntropyBits, double Distortion, double Frozen);

/// <summary>How many output channels a layer had, and how many are left.</summary>
public sealed record ChannelCount(int Before, int After);

/// <summary>A layer that a step left as it was, and why.</summary>
public sealed record LeftWhole(string Layer, string Reason);

/// <summary>A step's result: a new model beside the one it was given, and a record of what was done.</summary>
public sealed record StepResult(Model Model, string Step, IReadOnlyList<LayerChange> Layers)
{
    /// <summary>Names of the layers that the step could not treat, because their weights stand in a form it does not know.</summary>
    public IReadOnlyList<string> LeftAlone { get; init; } = [];

    /// <summary>The layers that lost no channels because their surroundings do not allow it.</summary>
    public IReadOnlyList<LeftWhole> LeftWhole { get; init; } = [];
}
