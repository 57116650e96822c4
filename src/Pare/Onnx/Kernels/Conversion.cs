using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Onnx.Kernels;

/// <summary>Elements of one type to another, as the ONNX standard's Cast defines it; floats to integers are cut towards zero.</summary>
internal static class Conversion
{
    /// <summary>The tensor with elements of another type; null for types not covered (text, complex, 8-bit floats).</summary>
    public static Tensor? Cast(Tensor x, ElementType to)
    {
        if (x.Type == to) return x with { Name = "" };
        if (to.Bits() is > 0 and < 8)
            return to is ElementType.Float4E2M1 ? null : Cast(x, to is ElementType.Int4 or ElementType.Int2 ? ElementType.Int8 : ElementType.UInt8) is { } bytes ? Packing.Pack(bytes, to) : null;
        if (x.Type == ElementType.Float4E2M1) return null;
        x = Packing.Unpack(x);
        return x.Type switch
        {
            _ when x.Type == to => x with { Name = "" },
            ElementType.Float => From<float>(x, to),
            ElementType.Double => From<double>(x, to),
            ElementType.Float16 => From<Half>(x, to),
            ElementType.BFloat16 => To(WidenBFloat16(x), to),
            ElementType.Int64 => From<long>(x, to),
            ElementType.Int32 => From<int>(x, to),
            ElementType.Int16 => From<short>(x, to),
            ElementType.Int8 => From<sbyte>(x, to),
            ElementType.UInt64 => From<ulong>(x, to),
            ElementType.UInt32 => From<uint>(x, to),
            ElementType.UInt16 => From<ushort>(x, to),
            ElementType.UInt8 or ElementType.Bool => From<byte>(x, to),
            _ => null,
        };
    }

    private static Tensor? To(Tensor x, ElementType to) => Cast(x, to);

    private static Tensor? From<T>(Tensor x, ElementType to) where T : unmanaged, INumber<T> => to switch
    {
        ElementType.Float => Convert<T, float>(x, to),
        ElementType.Double => Convert<T, double>(x, to),
        ElementType.Float16 => Convert<T, Half>(x, to),
        ElementType.BFloat16 => NarrowToBFloat16(Convert<T, float>(x, ElementType.Float)),
        ElementType.Int64 => Convert<T, long>(x, to),
        ElementType.Int32 => Convert<T, int>(x, to),
        ElementType.Int16 => Convert<T, short>(x, to),
        ElementType.Int8 => Convert<T, sbyte>(x, to),
        ElementType.UInt64 => Convert<T, ulong>(x, to),
        ElementType.UInt32 => Convert<T, uint>(x, to),
        ElementType.UInt16 => Convert<T, ushort>(x, to),
        ElementType.UInt8 => Convert<T, byte>(x, to),
        ElementType.Bool => Truth<T>(x),
        _ => null,
    };

    private static Tensor Convert<TFrom, TTo>(Tensor x, ElementType to) where TFrom : unmanaged, INumber<TFrom> where TTo : unmanaged, INumber<TTo>
    {
        var source = MemoryMarshal.Cast<byte, TFrom>(x.Data.Span);
        var result = new TTo[source.Length];
        for (var i = 0; i < result.Length; i++) result[i] = TTo.CreateTruncating(source[i]);
        return Tensor.Create("", to, x.Shape.AsSpan(), result);
    }

    private static Tensor Truth<T>(Tensor x) where T : unmanaged, INumber<T>
    {
        var source = MemoryMarshal.Cast<byte, T>(x.Data.Span);
        var result = new bool[source.Length];
        for (var i = 0; i < result.Length; i++) result[i] = source[i] != T.Zero;
        return Tensor.Create("", ElementType.Bool, x.Shape.AsSpan(), result);
    }

    private static Tensor WidenBFloat16(Tensor x)
    {
        var source = MemoryMarshal.Cast<byte, ushort>(x.Data.Span);
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++) result[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        return Tensor.Of("", x.Shape.AsSpan(), result);
    }

    private static Tensor NarrowToBFloat16(Tensor x)
    {
        var source = x.Floats;
        var result = new ushort[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(source[i]);
            // Round half to even on the dropped 16 bits; a NaN must not be rounded into an infinity.
            result[i] = float.IsNaN(source[i]) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
        }
        return Tensor.Create("", ElementType.BFloat16, x.Shape.AsSpan(), result);
    }
}
