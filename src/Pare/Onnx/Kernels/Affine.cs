using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Onnx.Kernels;

/// <summary>
/// How scales lie over a tensor seen as (Outer, Axis, Inner): one for each run of <see cref="Block"/> elements of the axis,
/// shared by all of Outer (per axis) and of Inner, or with its own for every place (blocked).
/// </summary>
internal readonly record struct ScaleLayout(long Outer, long Axis, long Inner, long Block)
{
    /// <summary>True where scales depend on the axis alone.</summary>
    public bool SharedByOuter { get; init; }

    public long Blocks => (Axis + Block - 1) / Block;

    public long Scales => SharedByOuter || (Outer == 1 && Axis == 1) ? Axis : Outer * Blocks * Inner;
}

/// <summary>QuantizeLinear and DequantizeLinear on constants: real = scale · (code - zeroPoint).</summary>
internal static class Affine
{
    public static Tensor? Dequantize(Tensor x, Tensor scale, Tensor? zeroPoint, ElementType to, ScaleLayout layout)
    {
        var codes = Packing.Unpack(x);
        if (Conversion.Cast(scale, ElementType.Float) is not { } scales) return null;
        var zeros = zeroPoint is null ? null : Conversion.Cast(zeroPoint, ElementType.Int32);
        var real = codes.Type switch
        {
            ElementType.UInt8 => Dequantize<byte>(codes, scales, zeros, layout),
            ElementType.Int8 => Dequantize<sbyte>(codes, scales, zeros, layout),
            ElementType.UInt16 => Dequantize<ushort>(codes, scales, zeros, layout),
            ElementType.Int16 => Dequantize<short>(codes, scales, zeros, layout),
            ElementType.Int32 => Dequantize<int>(codes, scales, zeros, layout),
            _ => null,
        };
        return real is null ? null : Conversion.Cast(real, to);
    }

    public static Tensor? Quantize(Tensor x, Tensor scale, Tensor? zeroPoint, ElementType to, ScaleLayout layout)
    {
        if (Conversion.Cast(x, ElementType.Float) is not { } real || Conversion.Cast(scale, ElementType.Float) is not { } scales) return null;
        var zeros = zeroPoint is null ? null : Conversion.Cast(zeroPoint, ElementType.Int32);
        return to switch
        {
            ElementType.UInt8 => Quantize<byte>(real, scales, zeros, to, layout, 0, 255),
            ElementType.Int8 => Quantize<sbyte>(real, scales, zeros, to, layout, -128, 127),
            ElementType.UInt16 => Quantize<ushort>(real, scales, zeros, to, layout, 0, 65535),
            ElementType.Int16 => Quantize<short>(real, scales, zeros, to, layout, -32768, 32767),
            ElementType.UInt4 => Packing.Pack(Quantize<byte>(real, scales, zeros, ElementType.UInt8, layout, 0, 15), to),
            ElementType.Int4 => Packing.Pack(Quantize<sbyte>(real, scales, zeros, ElementType.Int8, layout, -8, 7), to),
            _ => null,
        };
    }

    private static Tensor Dequantize<T>(Tensor x, Tensor scale, Tensor? zeroPoint, ScaleLayout layout) where T : unmanaged, IBinaryInteger<T>
    {
        var codes = MemoryMarshal.Cast<byte, T>(x.Data.Span);
        var scales = scale.Floats;
        var zeros = zeroPoint is null ? default : MemoryMarshal.Cast<byte, int>(zeroPoint.Data.Span);
        var result = new float[codes.Length];
        foreach (var (start, length, first, step) in Runs(layout))
        {
            for (int i = start, s = first; i < start + length; i++, s += step)
                result[i] = scales[s] * (int.CreateTruncating(codes[i]) - (zeros.IsEmpty ? 0 : zeros[s]));
        }
        return Tensor.Of("", x.Shape.AsSpan(), result);
    }

    private static Tensor Quantize<T>(Tensor x, Tensor scale, Tensor? zeroPoint, ElementType to, ScaleLayout layout, int min, int max) where T : unmanaged, IBinaryInteger<T>
    {
        var reals = x.Floats;
        var scales = scale.Floats;
        var zeros = zeroPoint is null ? default : MemoryMarshal.Cast<byte, int>(zeroPoint.Data.Span);
        var result = new T[reals.Length];
        foreach (var (start, length, first, step) in Runs(layout))
        {
            for (int i = start, s = first; i < start + length; i++, s += step)
            {
                var rounded = MathF.Round(reals[i] / scales[s], MidpointRounding.ToEven) + (zeros.IsEmpty ? 0 : zeros[s]);
                result[i] = T.CreateTruncating((int)Math.Clamp(float.IsNaN(rounded) ? 0 : rounded, min, max));
            }
        }
        return Tensor.Create("", to, x.Shape.AsSpan(), result);
    }

    // Elements of one (outer, axis) row, with the place of their first scale and the step to the next.
    private static IEnumerable<(int Start, int Length, int First, int Step)> Runs(ScaleLayout layout)
    {
        var inner = checked((int)layout.Inner);
        for (var o = 0; o < layout.Outer; o++)
        {
            for (var a = 0; a < layout.Axis; a++)
            {
                var start = checked((int)((o * layout.Axis + a) * inner));
                if (layout.SharedByOuter || layout.Scales == 1) yield return (start, inner, layout.SharedByOuter ? a : 0, 0);
                else yield return (start, inner, checked((int)((o * layout.Blocks + a / layout.Block) * inner)), 1);
            }
        }
    }
}
