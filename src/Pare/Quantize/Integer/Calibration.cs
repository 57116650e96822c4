using System.Collections.Concurrent;

namespace Pare.Quantize.Integer;

/// <summary>What an executor saw of a network on calibration examples.</summary>
/// <param name="Ranges">Of the values that are carried in codes, by name.</param>
public sealed record Calibration(IReadOnlyDictionary<string, RangeRecord> Ranges)
{
    /// <summary>Of layers' inputs, by the layer's output; needed where rounding is not to the nearest code.</summary>
    public IReadOnlyDictionary<string, InputMoments> Moments { get; init; } = new Dictionary<string, InputMoments>();

    // Rounding takes long, and networks with some of their layers float are written many times.
    internal ConcurrentDictionary<(string Output, CodeRange Codes), sbyte[]> Rounded { get; } = [];
}
