using System.Runtime.Intrinsics.X86;
using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>How a network becomes 8-bit.</summary>
public sealed record Int8Options
{
    /// <summary>How ranges of activations are chosen.</summary>
    public RangeMethod Method { get; init; } = RangeMethod.Mse;

    /// <summary>How weights become codes.</summary>
    public RoundingMethod Rounding { get; init; }

    /// <summary>One scale for a layer's weights instead of one for each output channel.</summary>
    public bool PerTensor { get; init; }

    /// <summary>Activations as signed bytes; those with values on both sides of 0 then have zero point 0.</summary>
    public bool SignedActivations { get; init; }

    /// <summary>Weights in 7 bits, for processors that add pairs of products in 16 bits. The default asks this one.</summary>
    public bool ReducedRange { get; init; } = !ByteProducts.AreExact;

    /// <summary>Weights moved between neighbouring layers first, so that their channels are alike (Nagel et al. 2019, section 4.1).</summary>
    public bool Equalize { get; init; }

    /// <summary>Biases corrected for what rounding the weights does to the mean output (Nagel et al. 2019, section 4.2).</summary>
    public bool CorrectBiases { get; init; } = true;

    /// <summary>Bits of a weight, 2 to 8. Below 8 codes are still bytes, of which few are used, with scales of least error; training makes up for much of it.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>Bits of a weight of the first and the last layer where <see cref="WeightBits"/> is fewer, 2 to 8.</summary>
    public int EdgeBits { get; init; } = 8;

    /// <summary>Shared weights stay codebooks and codes, and with them the layer's arithmetic stays float; its activations are coded.</summary>
    public bool KeepShared { get; init; }

    /// <summary>Patterns of layers that stay float, by name, weight or operator; * and ? stand for any characters.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The codes of activations.</summary>
    internal CodeRange Activations => SignedActivations ? CodeRange.Int8 : CodeRange.UInt8;

    /// <summary>A layer's weights in codes.</summary>
    /// <param name="axis">The axis of output channels.</param>
    /// <param name="isEdge">True for the first and the last layer.</param>
    internal LinearWeight Coded(Tensor weight, int axis, bool isEdge)
    {
        var bits = isEdge ? Math.Max(EdgeBits, WeightBits) : WeightBits;
        if (PerTensor) axis = -1;
        return bits < 8 ? LinearWeight.LeastError(weight, axis, CodeRange.Bytes(bits)) : LinearWeight.Symmetric(weight, axis, ReducedRange ? CodeRange.Int8Reduced : CodeRange.Int8Symmetric);
    }

    /// <exception cref="BadInputException">A value is out of range.</exception>
    internal Int8Options Validate()
    {
        foreach (var bits in (int[])[WeightBits, EdgeBits])
            if (bits is < 2 or > 8) throw new BadInputException($"weights of {bits} bits; 2 to 8 are allowed");
        return this;
    }
}

/// <summary>What this processor multiplies bytes with.</summary>
public static class ByteProducts
{
    /// <summary>
    /// True where products of unsigned and signed bytes are added in 32 bits (VNNI); without it x86 adds pairs of them in 16 bits, where full
    /// weights may saturate. Other processors have no such limit.
    /// </summary>
    public static bool AreExact => !X86Base.IsSupported || (Avx512F.IsSupported && HasBit(X86Base.CpuId(7, 0).Ecx, Avx512Vnni)) || (Avx2.IsSupported && HasBit(X86Base.CpuId(7, 1).Eax, AvxVnni));

    /// <summary>Where CPUID's leaf 7 says so.</summary>
    private const int Avx512Vnni = 11, AvxVnni = 4;

    private static bool HasBit(int value, int bit) => ((value >> bit) & 1) != 0;
}
