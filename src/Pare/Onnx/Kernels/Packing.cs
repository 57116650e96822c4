namespace Pare.Onnx.Kernels;

/// <summary>Elements below 8 bits, which ONNX packs from the low bits up, to bytes and back.</summary>
internal static class Packing
{
    /// <summary>A packed tensor with one byte an element (UInt8 or Int8); others as they are.</summary>
    public static Tensor Unpack(Tensor x)
    {
        var bits = x.Type.Bits();
        if (bits is 0 or >= 8) return x;
        var signed = x.Type is ElementType.Int4 or ElementType.Int2;
        var bytes = new byte[x.Count];
        var data = x.Data.Span;
        var (perByte, shift) = (8 / bits, 8 - bits);
        for (var i = 0; i < bytes.Length; i++)
        {
            var top = (byte)(data[i / perByte] >> (i % perByte * bits) << shift);
            bytes[i] = signed ? (byte)((sbyte)top >> shift) : (byte)(top >> shift);
        }
        return x with { Type = signed ? ElementType.Int8 : ElementType.UInt8, Data = bytes };
    }

    /// <summary>One byte an element to the packed form of <paramref name="type"/>; the high bits are dropped.</summary>
    public static Tensor Pack(Tensor x, ElementType type)
    {
        var bits = type.Bits();
        var perByte = 8 / bits;
        var packed = new byte[type.SizeBytes(x.Count)];
        var data = x.Data.Span;
        for (var i = 0; i < data.Length; i++)
            packed[i / perByte] |= (byte)((data[i] & ((1 << bits) - 1)) << (i % perByte * bits));
        return x with { Type = type, Data = packed };
    }

    /// <summary>Runs a kernel that needs whole bytes.</summary>
    public static Tensor? Widened(Tensor x, Func<Tensor, Tensor?> kernel)
    {
        if (x.Type.Bits() is 0 or >= 8) return kernel(x);
        return kernel(Unpack(x)) is { } result ? Pack(result, x.Type) : null;
    }
}
