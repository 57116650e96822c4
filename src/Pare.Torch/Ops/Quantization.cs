using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>
/// QuantizeLinear and DequantizeLinear, per tensor, per axis and blocked. Training passes gradients straight through the
/// rounding, and stops them where the value is clipped (straight-through estimator, Bengio et al. 2013).
/// </summary>
internal static class Quantization
{
    /// <summary>y = (x − zeroPoint) · scale.</summary>
    public static TorchTensor Dequantize(OpCall call)
    {
        var (x, scale) = (call.X, call[1]);
        var like = new Grid(call, x.shape, scale.shape);
        var codes = x.to(scale.dtype);
        if (call.Optional(2) is { } zero) codes -= like.Spread(zero.to(scale.dtype));
        return codes * like.Spread(scale);
    }
}

/// <summary>How scales and zero points lie over the values they belong to.</summary>
internal sealed class Grid
{
    private readonly long[] _shape;
    private readonly int _axis = -1;
    private readonly long _block;

    public Grid(OpCall call, long[] shape, long[] scale)
    {
        _shape = shape;
        if (scale.Aggregate(1L, (a, b) => a * b) == 1 && scale.Length <= 1 && call.Node.Int("block_size", 0) == 0) return;
        _axis = call.Axis("axis", 1, shape.Length);
        _block = call.Node.Int("block_size", 0);
    }

    /// <summary>A per-tensor, per-axis or blocked parameter in a shape that broadcasts over the values.</summary>
    public TorchTensor Spread(TorchTensor parameter)
    {
        if (_axis < 0) return parameter.reshape();
        if (_block > 0) return parameter.repeat_interleave(_block, _axis).narrow(_axis, 0, _shape[_axis]);
        return parameter.reshape([.. _shape.Select((_, d) => d == _axis ? -1L : 1L)]);
    }
}
