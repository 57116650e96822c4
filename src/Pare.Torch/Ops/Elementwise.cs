using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>Operators on elements that are more than one call.</summary>
internal static class Elementwise
{
    /// <summary>Division; whole numbers are cut towards zero.</summary>
    public static TorchTensor Div(OpCall call) =>
        call.X.is_floating_point() ? call.X / call[1] : TowardsZero(call.X, call[1]);

    /// <summary>Power; the result has the base's type.</summary>
    public static TorchTensor Pow(OpCall call) => To(torch.pow(call.X, call[1]), call.X.dtype);

    /// <summary>Remainder with the divisor's sign, or with fmod set the dividend's.</summary>
    public static TorchTensor Mod(OpCall call) =>
        call.Node.Int("fmod", 0) != 0 ? torch.fmod(call.X, call[1]) : torch.remainder(call.X, call[1]);

    /// <summary>Folds a binary function over any number of inputs.</summary>
    public static TorchTensor Over(OpCall call, Func<TorchTensor, TorchTensor, TorchTensor> binary)
    {
        var inputs = call.All;
        return inputs.Length == 1 ? inputs[0].alias() : inputs.Aggregate(binary);
    }

    public static TorchTensor Mean(OpCall call) => Over(call, Scalars.Plus).Times(1.0 / call.Inputs.Length);

    /// <summary>Clip to bounds that are inputs, or attributes before operator set 11; either may be left out.</summary>
    public static TorchTensor Clip(OpCall call)
    {
        using var low = call.Optional(1)?.ToScalar() ?? (call.Node.Has("min") ? call.Node.Float("min", 0) : (Scalar?)null);
        using var high = call.Optional(2)?.ToScalar() ?? (call.Node.Has("max") ? call.Node.Float("max", 0) : (Scalar?)null);
        if (low is null && high is null) return call.X.alias();
        // The same values; on the way back it is five times faster than clamp, and networks with ReLU6 have one behind every convolution.
        if (call.X.dtype == torch.ScalarType.Float32 && low?.ToSingle() == 0 && high?.ToSingle() == 6) return torch.nn.functional.relu6(call.X);
        return call.X.clamp(low, high);
    }

    /// <summary>Infinite elements, of the signs that the attributes ask for.</summary>
    public static TorchTensor IsInf(OpCall call)
    {
        bool negative = call.Node.Int("detect_negative", 1) != 0, positive = call.Node.Int("detect_positive", 1) != 0;
        var infinite = call.X.isinf();
        if (negative && positive) return infinite;
        if (!negative && !positive) return torch.zeros_like(infinite);
        return infinite.logical_and(positive ? call.X.gt(Scalars.Of(0)) : call.X.lt(Scalars.Of(0)));
    }

    /// <summary>The quotient of whole numbers, cut towards zero.</summary>
    public static TorchTensor TowardsZero(TorchTensor x, TorchTensor divisor) => torch.floor_divide(x.Minus(torch.fmod(x, divisor)), divisor);

    /// <summary>A handle of its own on the value in another type.</summary>
    public static TorchTensor To(TorchTensor x, torch.ScalarType type) => x.dtype == type ? x.alias() : x.to(type);
}
