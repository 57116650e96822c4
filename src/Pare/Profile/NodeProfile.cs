using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Profile;

/// <summary>What one operator costs.</summary>
public sealed record NodeProfile
{
    /// <summary>The node's name, or its first output's where it has none.</summary>
    public required string Name { get; init; }
    public required string OpType { get; init; }

    /// <summary>The node's position in the graph.</summary>
    public required int Index { get; init; }

    /// <summary>Shape of its first output; null where even the rank is unknown.</summary>
    public ImmutableArray<Dimension>? OutputShape { get; init; }

    /// <summary>Trainable numbers that no earlier node has. Shared or quantized weights count as the weights they stand for.</summary>
    public long Parameters { get; init; }

    /// <summary>Multiply-adds of a convolution, dense layer or matrix product; 0 for other operators, null where it cannot be told.</summary>
    public long? Macs { get; init; }

    /// <summary>Bytes of the constants behind the parameters, in the form they are stored in (codes, codebooks, scales), not counting constants of earlier nodes.</summary>
    public long StoredBytes { get; init; }

    /// <summary>The layer's weights without its bias; null for nodes without weights.</summary>
    public WeightProfile? Weights { get; init; }
}

/// <summary>The numbers in a layer's weight.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="NonZero">How many of them are not zero.</param>
/// <param name="Distinct">Different values among them, zero included; null where there are more than <see cref="MaxDistinct"/>.</param>
public sealed record WeightProfile(long Count, long NonZero, int? Distinct)
{
    /// <summary>Different values are counted up to this number.</summary>
    public const int MaxDistinct = 1 << 16;

    /// <summary>Different codes of a quantized weight; null for others.</summary>
    public int? Codes { get; init; }

    /// <summary>Bits of a code: of those that a quantized weight has, or for the different values, where a codebook with codes is smaller than the weights; else 32.</summary>
    public double CodeBits
    {
        get
        {
            if (Codes is { } codes) return Math.Ceiling(Math.Log2(Math.Max(2, codes)));
            if (Distinct is not { } distinct) return 32;
            var bits = Math.Ceiling(Math.Log2(Math.Max(2, distinct)));
            return Count * bits + 32.0 * distinct < 32.0 * Count ? bits : 32;
        }
    }

    /// <summary>Share of the weights that are not zero, 0 to 1.</summary>
    public double Kept => Count == 0 ? 0 : (double)NonZero / Count;

    /// <summary>Counts. Both zeros are one value; so are equal values, and each bit pattern of NaN is one.</summary>
    /// <param name="codes">The integers that the values are made from; null where they are none.</param>
    public static WeightProfile Of(ReadOnlySpan<float> values, Tensor? codes = null)
    {
        long nonZero = 0;
        var seen = new HashSet<int>();
        foreach (var value in values)
        {
            if (value != 0) nonZero++;
            if (seen.Count <= MaxDistinct) seen.Add(value == 0 ? 0 : BitConverter.SingleToInt32Bits(value));
        }
        return new WeightProfile(values.Length, nonZero, seen.Count <= MaxDistinct ? seen.Count : null) { Codes = codes is null ? null : Different(codes) };
    }

    // Packed codes count as all that their bits can be.
    private static int Different(Tensor codes)
    {
        if (codes.Type.Bits() is var bits && bits != 8) return 1 << Math.Min(bits, 16);
        var seen = new bool[256];
        foreach (var code in codes.Data.Span) seen[code] = true;
        return seen.Count(s => s);
    }
}
