using Pare.Onnx;

namespace Pare.LowRank;

/// <summary>What became of one layer.</summary>
/// <param name="Factors">Null where it stays as it is.</param>
/// <param name="Reason">Why it stays as it is.</param>
public sealed record FactorizedLayer(FactorLayer Layer, Factors? Factors, string? Reason)
{
    public string Name => Layer.Name;

    /// <summary>Multiply-adds for one example afterwards.</summary>
    public long MacsAfter => Factors is { } f ? Layer.Cost(f.Method, f.Rank, f.InputRank).Macs : Layer.Macs;

    /// <summary>Weights afterwards.</summary>
    public long WeightsAfter => Factors is { } f ? Layer.Cost(f.Method, f.Rank, f.InputRank).Weights : Layer.Weights;
}

/// <summary>A factorised network, and what became of each of its layers.</summary>
public sealed record FactorizeResult(Model Model, IReadOnlyList<FactorizedLayer> Layers)
{
    /// <summary>Multiply-adds of the whole network for one example, as far as they can be told.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>The same afterwards.</summary>
    public required long MacsAfter { get; init; }
}
