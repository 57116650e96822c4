using System.Runtime.InteropServices;
using Pare.Onnx.Kernels;

namespace Pare.Onnx;

/// <summary>A tensor's elements in other types.</summary>
public static class TensorExtensions
{
    /// <summary>The elements as 64-bit integers, from any integer type.</summary>
    /// <exception cref="BadInputException">The tensor holds no integers.</exception>
    public static long[] ToInt64s(this Tensor tensor) => tensor.Type switch
    {
        ElementType.Int64 => MemoryMarshal.Cast<byte, long>(tensor.Data.Span).ToArray(),
        ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.BFloat16 => throw NotOf(tensor, "integers"),
        _ => (Conversion.Cast(tensor, ElementType.Int64) ?? throw NotOf(tensor, "integers")).Int64s.ToArray(),
    };

    /// <summary>The elements as floats, from any type of number.</summary>
    /// <exception cref="BadInputException">The tensor holds no numbers.</exception>
    public static float[] ToFloats(this Tensor tensor) =>
        (Conversion.Cast(tensor, ElementType.Float) ?? throw NotOf(tensor, "numbers")).Floats.ToArray();

    private static BadInputException NotOf(Tensor tensor, string wanted) => new($"tensor '{tensor.Name}' is {tensor.Type}; {wanted} are needed");
}
