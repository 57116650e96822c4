using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>Cast between number types.</summary>
internal static class Casting
{
    public static TorchTensor Cast(OpCall call) => To(call, (ElementType)call.Node.Int("to", 0), call.Node.Int("saturate", 1) != 0);

    /// <summary>To the type of the second input.</summary>
    public static TorchTensor CastLike(OpCall call)
    {
        var type = call.TypeOf(1);
        return type == ElementType.Undefined ? Elementwise.To(call.X, call[1].dtype) : To(call, type, call.Node.Int("saturate", 1) != 0);
    }

    private static TorchTensor To(OpCall call, ElementType type, bool saturate)
    {
        var x = call.X;
        return type switch
        {
            ElementType.Bool => x.ne(Scalars.Of(0)),
            ElementType.UInt16 => Wrapped(x, 16, signed: false),
            ElementType.UInt32 => Wrapped(x, 32, signed: false),
            ElementType.UInt4 => Wrapped(x, 4, signed: false),
            ElementType.UInt2 => Wrapped(x, 2, signed: false),
            ElementType.Int4 => Wrapped(x, 4, signed: true),
            ElementType.Int2 => Wrapped(x, 2, signed: true),
            _ when type.IsSmallFloat() => SmallFloat.Round(x, type, saturate),
            ElementType.Text or ElementType.Undefined => throw call.Bad($"a cast to {type} is not supported in training"),
            _ => Elementwise.To(x, type.ToTorch()),
        };

        TorchTensor Wrapped(TorchTensor value, int bits, bool signed)
        {
            var low = value.to(torch.ScalarType.Int64) & ((1L << bits) - 1);
            using Scalar two = 2L;
            if (signed) low = low.Minus((low & (1L << (bits - 1))).mul(two));
            return low.to(type.ToTorch());
        }
    }
}
