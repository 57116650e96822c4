using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>
/// QuantizeLinear and DequantizeLinear, per tensor, per axis and blocked. Training passes gradients straight through the
/// rounding, and stops them where the value is clipped (straight-through estimator, Bengio et al. 2013).
/// </summary>
internal static class Quantization
{
    /// <summary>
    /// y = clip(round(x / scale) + zeroPoint), rounding half to even. The codes stay floats while gradients are recorded, since
    /// torch's integers carry none; DequantizeLinear takes either.
    /// </summary>
    public static TorchTensor Quantize(OpCall call)
    {
        var (x, scale) = (call.X, call[1]);
        var grid = new Grid(call, x.shape, scale.shape);
        var type = TypeOfCodes(call);
        var steps = x / grid.Spread(scale);
        if (type.IsSmallFloat()) return StraightThrough(SmallFloat.Round(steps, type, call.Node.Int("saturate", 1) != 0), steps);
        var (low, high) = Limits(call, type);
        var zero = call.Optional(2) is { } given ? grid.Spread(Whole(call, given, steps.dtype)) : null;
        var codes = Shifted(steps.round(), zero).Within(low, high);
        var gradient = Shifted(steps, zero);
        return gradient.requires_grad ? StraightThrough(codes, gradient.Within(low, high)) : codes.to(type.ToTorch());
    }

    /// <summary>y = (x − zeroPoint) · scale.</summary>
    public static TorchTensor Dequantize(OpCall call)
    {
        var (x, scale) = (call.X, call[1]);
        var grid = new Grid(call, x.shape, scale.shape);
        var codes = x.to(scale.dtype);
        if (call.Optional(2) is { } zero) codes = codes.Minus(grid.Spread(Whole(call, zero, scale.dtype)));
        return codes * grid.Spread(scale);
    }

    /// <summary>A zero point as a code, which it is but where it is learned.</summary>
    public static TorchTensor Whole(OpCall call, TorchTensor zero, torch.ScalarType type)
    {
        if (!zero.is_floating_point()) return zero.to(type);
        var (low, high) = Limits(call, TypeOfCodes(call));
        return StraightThrough(zero.detach().round().Within(low, high), zero);
    }

    /// <summary>Has the first argument's value and the second one's gradient.</summary>
    public static TorchTensor StraightThrough(TorchTensor value, TorchTensor gradient) =>
        gradient.requires_grad ? value.detach().Plus(gradient.Minus(gradient.detach())) : value.alias();

    private static TorchTensor Shifted(TorchTensor x, TorchTensor? by) => by is null ? x : x.Plus(by);

    private static ElementType TypeOfCodes(OpCall call)
    {
        if (call.TypeOf(2) is not ElementType.Undefined and var type) return type;
        if (call.Node.Has("output_dtype") && call.Node.Int("output_dtype", 0) != 0) return (ElementType)call.Node.Int("output_dtype", 0);
        return call.Optional(2)?.dtype switch
        {
            torch.ScalarType.Int8 => ElementType.Int8,
            torch.ScalarType.Int16 => ElementType.Int16,
            torch.ScalarType.Int32 => ElementType.Int32,
            _ => ElementType.UInt8,
        };
    }

    /// <summary>The smallest and the largest code of a type.</summary>
    public static (double Low, double High) Limits(OpCall call, ElementType type) => type switch
    {
        ElementType.UInt2 or ElementType.UInt4 or ElementType.UInt8 or ElementType.UInt16 => (0, Math.Pow(2, type.Bits()) - 1),
        ElementType.Int2 or ElementType.Int4 or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 =>
            (-Math.Pow(2, type.Bits() - 1), Math.Pow(2, type.Bits() - 1) - 1),
        _ => throw call.Bad($"codes of type {type} are not supported; integers of 2 to 32 bits and small floats are"),
    };

    /// <summary>How scales and zero points lie over the values they belong to.</summary>
    internal readonly struct Grid
    {
        private readonly long[] _shape;
        private readonly int _axis = -1;
        private readonly long _block;

        public Grid(OpCall call, long[] shape, long[] scale)
        {
            _shape = shape;
            _block = call.Node.Int("block_size", 0);
            if (scale.Length == 0 || (scale is [1] && _block == 0)) return;
            _axis = call.Axis("axis", 1, shape.Length);
        }

        /// <summary>A scale or zero point in a shape that broadcasts over the values.</summary>
        public TorchTensor Spread(TorchTensor parameter)
        {
            if (_axis < 0) return parameter.reshape();
            if (_block > 0) return parameter.repeat_interleave(_block, _axis).narrow(_axis, 0, _shape[_axis]);
            var axis = _axis;
            return parameter.reshape([.. _shape.Select((_, d) => d == axis ? -1L : 1L)]);
        }
    }
}
