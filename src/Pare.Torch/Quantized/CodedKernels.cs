using Pare.Onnx;
using Pare.Quantize;
using Pare.Torch.Ops;

namespace Pare.Torch.Quantized;

/// <summary>Kernels of a Q/DQ graph that is trained: what they put out is what the codes would give, bit for bit.</summary>
internal static class CodedKernels
{
    /// <summary>A QuantizeLinear with the DequantizeLinear behind it; inputs as the first one's.</summary>
    public static Kernel Activation(ElementType type) => call =>
    {
        var (low, high) = Quantization.Limits(call, type);
        var x = call.X;
        return [Rounded(call, x, low, high, x.shape.Length > 0 ? (double)x.numel() / Math.Max(1, x.shape[0]) : 1)];
    };

    /// <summary>DequantizeLinear of a weight that is kept as a float and rounded on the way; inputs as the operator's.</summary>
    public static Kernel Weight(CodeRange codes) => call => [Rounded(call, call.X, codes.Min, codes.Max, call.X.numel())];

    /// <summary>A bias in 32 bits: inputs are its floats, the scale of the layer's input and that of its weight, whose product is its own scale.</summary>
    public static TorchTensor[] Bias(OpCall call)
    {
        var bias = call.X;
        var scale = BiasScale(call[1], call[2]);
        return [Quantization.StraightThrough((bias.detach() / scale).round_().mul_(scale), bias)];
    }

    /// <summary>The scale of a layer's bias.</summary>
    public static TorchTensor BiasScale(TorchTensor input, TorchTensor weight) => input.detach().reshape() * weight.detach();

    /// <summary>
    /// Has the scale's value and 1 / sqrt(N · largest code) of its gradient, so that a scale moves about as fast as the N values it serves (LSQ, section 2.2).
    /// </summary>
    public static TorchTensor Step(TorchTensor scale, double values, double largest) =>
        scale.requires_grad ? Quantization.StraightThrough(scale, scale.Times(1 / Math.Sqrt(values / scale.numel() * largest))) : scale;

    private static TorchTensor Rounded(OpCall call, TorchTensor x, double low, double high, double values)
    {
        var grid = new Quantization.Grid(call, x.shape, call[1].shape);
        var scale = grid.Spread(Step(call[1], values, high));
        var zero = call.Optional(2) is { } given ? grid.Spread(Quantization.Whole(call, given, scale.dtype)) : torch.zeros_like(scale);
        return FakeQuantize.Of(x, scale, zero, low, high);
    }
}
