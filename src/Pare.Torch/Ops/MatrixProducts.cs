namespace Pare.Torch.Ops;

/// <summary>Gemm and MatMul.</summary>
internal static class MatrixProducts
{
    /// <summary>alpha · A' · B' + beta · C, where ' is an optional transposition.</summary>
    public static TorchTensor Gemm(OpCall call)
    {
        var a = call.Node.Int("transA", 0) != 0 ? call.X.t() : call.X;
        var b = call.Node.Int("transB", 0) != 0 ? call[1].t() : call[1];
        var alpha = call.Node.Float("alpha", 1);
        var beta = call.Node.Float("beta", 1);
        if (call.Optional(2) is { } c && a.is_floating_point()) return torch.addmm(c, a, b, beta, alpha);
        var product = Scaled(a.matmul(b), alpha);
        return call.Optional(2) is { } d ? product.Plus(Scaled(d, beta)) : product;
    }

    public static TorchTensor MatMul(OpCall call) => call.X.matmul(call[1]);

    private static TorchTensor Scaled(TorchTensor x, float factor) => factor is 1 ? x : x.Times(factor);
}
