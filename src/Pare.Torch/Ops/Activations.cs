namespace Pare.Torch.Ops;

/// <summary>Activation functions that are more than one call.</summary>
internal static class Activations
{
    public static TorchTensor LeakyRelu(OpCall call) => call.X.leaky_relu(Scalars.Of(call.Node.Float("alpha", 0.01f)));

    /// <summary>The slope broadcasts over the input; before operator set 7 it was one value, or one a channel.</summary>
    public static TorchTensor PRelu(OpCall call)
    {
        var (x, slope) = (call.X, call[1]);
        if (call.Opset < 7 && slope.numel() > 1) slope = slope.reshape([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);
        return torch.where(x.lt(Scalars.Of(0)), x * slope, x);
    }

    public static TorchTensor Elu(OpCall call) => call.X.elu(Scalars.Of(call.Node.Float("alpha", 1)), Scalars.One, Scalars.One);

    public static TorchTensor Celu(OpCall call) => call.X.celu(Scalars.Of(call.Node.Float("alpha", 1)));

    public static TorchTensor Selu(OpCall call) =>
        call.X.elu(Scalars.Of(call.Node.Float("alpha", 1.67326319217681884765625f)), Scalars.Of(call.Node.Float("gamma", 1.05070102214813232421875f)), Scalars.One);

    public static TorchTensor ThresholdedRelu(OpCall call) => call.X.threshold(Scalars.Of(call.Node.Float("alpha", 1)), Scalars.Of(0));

    public static TorchTensor HardSigmoid(OpCall call) =>
        call.X.Times(call.Node.Float("alpha", 0.2f)).Plus(call.Node.Float("beta", 0.5f)).Within(0, 1);

    public static TorchTensor Gelu(OpCall call) =>
        call.X.gelu(call.Node.Text("approximate", "none") == "tanh" ? TorchSharp.Modules.GELU.Approximate.tanh : TorchSharp.Modules.GELU.Approximate.none);

    public static TorchTensor Softsign(OpCall call) => call.X / call.X.abs().Plus(1.0);

    /// <summary>Shrinks towards zero by bias, and to zero within ± lambd.</summary>
    public static TorchTensor Shrink(OpCall call)
    {
        float limit = call.Node.Float("lambd", 0.5f), bias = call.Node.Float("bias", 0);
        var x = call.X;
        var shrunk = torch.where(x.lt(Scalars.Of(-limit)), x.Plus(bias), torch.where(x.gt(Scalars.Of(limit)), x.Plus(-bias), torch.zeros_like(x)));
        return Elementwise.To(shrunk, x.dtype);
    }

    /// <summary>Dropout: the kept values grow by 1 / (1 − ratio). Outputs the values and which were kept.</summary>
    public static TorchTensor[] Dropout(OpCall call)
    {
        var ratio = call.Doubles(1) is [var input] ? input : call.Node.Float("ratio", 0.5f);
        if (!call.Training || ratio == 0) return [call.X.alias(), torch.ones_like(call.X, dtype: torch.ScalarType.Bool)];
        var kept = torch.rand_like(call.X).ge(Scalars.Of(ratio));
        return [(call.X * kept).Times(1 / (1 - ratio)), kept];
    }

    public static TorchTensor Softmax(OpCall call) => OverAxis(call, (x, axis) => x.softmax(axis));

    public static TorchTensor LogSoftmax(OpCall call) => OverAxis(call, (x, axis) => x.log_softmax(axis));

    /// <summary>1 at the first largest element along the axis, 0 elsewhere.</summary>
    public static TorchTensor Hardmax(OpCall call) => OverAxis(call, (x, axis) =>
        torch.zeros_like(x).scatter(axis, x.argmax(axis, keepdim: true), torch.ones_like(x)));

    // Before operator set 13 everything from the axis on was one dimension.
    private static TorchTensor OverAxis(OpCall call, Func<TorchTensor, int, TorchTensor> compute)
    {
        var axis = call.Axis("axis", call.Opset < 13 ? 1 : -1, call.X.dim());
        if (call.Opset >= 13 || axis == call.X.dim() - 1) return compute(call.X, axis);
        return compute(call.X.flatten(axis), axis).reshape(call.X.shape);
    }
}
