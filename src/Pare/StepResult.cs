using Pare.Onnx;

namespace Pare;

/// <summary>What a step did to one layer.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Weights">Number of weights.</param>
/// <param name="Kept">Share of weights that are not zero afterwards, 0 to 1.</param>
/// <param name="Bits">Bits a weight's code takes afterwards: 32 for float, log2 of the codebook's size for shared weights.</param>
public sealed record LayerChange(string Name, long Weights, double Kept, double Bits);

/// <summary>A step's result: a new model beside the one it was given, and a record of what was done.</summary>
public sealed record StepResult(Model Model, string Step, IReadOnlyList<LayerChange> Layers)
{
    /// <summary>Names of the layers that the step could not treat, because their weights stand in a form it does not know.</summary>
    public IReadOnlyList<string> LeftAlone { get; init; } = [];
}
