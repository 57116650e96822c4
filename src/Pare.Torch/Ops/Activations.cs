namespace Pare.Torch.Ops;

/// <summary>Activation functions that are more than one call.</summary>
internal static class Activations
{
    /// <summary>Dropout: the kept values grow by 1 / (1 − ratio). Outputs the values and which were kept.</summary>
    public static TorchTensor[] Dropout(OpCall call)
    {
        var ratio = call.Optional(1) is { } input ? input.to(torch.ScalarType.Float64).item<double>() : call.Node.Float("ratio", 0.5f);
        if (!call.Training || ratio == 0) return [call.X.alias(), torch.ones_like(call.X, dtype: torch.ScalarType.Bool)];
        var kept = torch.rand_like(call.X) >= ratio;
        return [call.X * kept / (1 - ratio), kept];
    }

    public static TorchTensor Softmax(OpCall call) => OverAxis(call, (x, axis) => x.softmax(axis));

    // Before operator set 13 everything from the axis on was one dimension.
    private static TorchTensor OverAxis(OpCall call, Func<TorchTensor, int, TorchTensor> compute)
    {
        var axis = call.Axis("axis", call.Opset < 13 ? 1 : -1, call.X.dim());
        if (call.Opset >= 13 || axis == call.X.dim() - 1) return compute(call.X, axis);
        return compute(call.X.flatten(axis), axis).reshape(call.X.shape);
    }
}
