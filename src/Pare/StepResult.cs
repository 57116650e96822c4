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

    /// <summary>Output channels before and after; null for steps that leave them.</summary>
    public ChannelCount? Channels { get; init; }
}

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
