using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Pare.Onnx;

namespace Pare.Torch;

/// <summary>
/// ONNX tensors to torch and back. Types that torch lacks are held in the next wider one that has every value
/// (uint16 in int32, uint32 and uint64 in int64, 2 and 4 bits in bytes, float8 and float4 in float).
/// </summary>
internal static class TensorConversion
{
    /// <summary>The torch type that holds values of an ONNX type.</summary>
    /// <exception cref="BadInputException">The type has no place in training (text, complex numbers).</exception>
    public static torch.ScalarType ToTorch(this ElementType type) => type switch
    {
        ElementType.Float or ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ
            or ElementType.Float8E8M0 or ElementType.Float4E2M1 => torch.ScalarType.Float32,
        ElementType.Double => torch.ScalarType.Float64,
        ElementType.Float16 => torch.ScalarType.Float16,
        ElementType.BFloat16 => torch.ScalarType.BFloat16,
        ElementType.Bool => torch.ScalarType.Bool,
        ElementType.UInt8 or ElementType.UInt4 or ElementType.UInt2 => torch.ScalarType.Byte,
        ElementType.Int8 or ElementType.Int4 or ElementType.Int2 => torch.ScalarType.Int8,
        ElementType.Int16 => torch.ScalarType.Int16,
        ElementType.Int32 or ElementType.UInt16 => torch.ScalarType.Int32,
        ElementType.Int64 or ElementType.UInt32 or ElementType.UInt64 => torch.ScalarType.Int64,
        _ => throw new BadInputException($"element type {type} cannot be used in training; numbers and booleans can"),
    };

    /// <summary>A torch tensor with the values of a constant, which are copied.</summary>
    public static TorchTensor ToTorch(this Tensor tensor)
    {
        var type = tensor.Type.ToTorch();
        var shape = tensor.Shape.AsSpan();
        var result = torch.empty(shape, dtype: type);
        if (tensor.Count == 0) return result;
        switch (tensor.Type)
        {
            case ElementType.UInt16: Fill(result, Span<ushort>(tensor), v => (int)v); break;
            case ElementType.UInt32: Fill(result, Span<uint>(tensor), v => (long)v); break;
            case ElementType.UInt4 or ElementType.Int4 or ElementType.UInt2 or ElementType.Int2: Unpack(tensor, result.bytes); break;
            case ElementType.Float4E2M1:
                var codes = new byte[tensor.Count];
                Unpack(tensor, codes);
                Fill<byte, float>(result, codes, c => SmallFloat.Decode(ElementType.Float4E2M1, c));
                break;
            case var t when t.Bits() == 8 && type == torch.ScalarType.Float32: Fill(result, tensor.Data.Span, c => SmallFloat.Decode(t, c)); break;
            default: tensor.Data.Span.CopyTo(result.bytes); break;
        }
        return result;
    }

    /// <summary>The constant with a copy of a torch tensor's values instead of its own; name, type and place stay.</summary>
    public static Tensor WithValues(this Tensor constant, TorchTensor values)
    {
        using var scope = torch.NewDisposeScope();
        var plain = values.detach().to(constant.Type.ToTorch()).contiguous();
        if (plain.numel() == 0) return constant with { Shape = [.. values.shape], Data = default };
        return constant with { Shape = [.. values.shape], Data = constant.Type.IsWhole() && constant.Type.Bits() < 8 ? Pack(plain.bytes, constant.Type.Bits()) : plain.bytes.ToArray() };
    }

    private static ReadOnlySpan<T> Span<T>(Tensor tensor) where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.Data.Span);

    private static void Fill<TFrom, TTo>(TorchTensor target, ReadOnlySpan<TFrom> values, Func<TFrom, TTo> convert) where TTo : unmanaged
    {
        var to = MemoryMarshal.Cast<byte, TTo>(target.bytes);
        for (var i = 0; i < values.Length; i++) to[i] = convert(values[i]);
    }

    // ONNX packs the first element into the lowest bits.
    private static void Unpack(Tensor tensor, Span<byte> target)
    {
        var bits = tensor.Type.Bits();
        var signed = tensor.Type is ElementType.Int4 or ElementType.Int2;
        var packed = tensor.Data.Span;
        var perByte = 8 / bits;
        for (var i = 0; i < target.Length; i++)
        {
            var code = (packed[i / perByte] >> (i % perByte * bits)) & ((1 << bits) - 1);
            if (signed && code >> (bits - 1) != 0) code -= 1 << bits;
            target[i] = (byte)code;
        }
    }

    private static byte[] Pack(ReadOnlySpan<byte> codes, int bits)
    {
        var perByte = 8 / bits;
        var packed = new byte[(codes.Length + perByte - 1) / perByte];
        for (var i = 0; i < codes.Length; i++) packed[i / perByte] |= (byte)((codes[i] & ((1 << bits) - 1)) << (i % perByte * bits));
        return packed;
    }
}
