namespace Pare.Torch.Ops;

/// <summary>The operators that training supports: the one list they are registered in.</summary>
internal static class Kernels
{
    private static readonly Dictionary<string, Kernel> Table = new()
    {
        ["Add"] = One(c => c.X + c[1]),
        ["AveragePool"] = One(Pooling.AveragePool),
        ["BatchNormalization"] = Normalization.Batch,
        ["Cast"] = One(Casting.Cast),
        ["Concat"] = One(ShapeOps.Concat),
        ["Conv"] = One(Convolution.Conv),
        ["DequantizeLinear"] = One(Quantization.Dequantize),
        ["Dropout"] = Activations.Dropout,
        ["Flatten"] = One(ShapeOps.Flatten),
        ["Gather"] = One(Indexing.Gather),
        ["Gemm"] = One(MatrixProducts.Gemm),
        ["GlobalAveragePool"] = One(Pooling.GlobalAveragePool),
        ["GlobalMaxPool"] = One(Pooling.GlobalMaxPool),
        ["Identity"] = One(ShapeOps.Identity),
        ["MatMul"] = One(MatrixProducts.MatMul),
        ["MaxPool"] = Pooling.MaxPool,
        ["Mul"] = One(c => c.X * c[1]),
        ["Relu"] = One(c => c.X.relu()),
        ["Reshape"] = One(ShapeOps.Reshape),
        ["Softmax"] = One(Activations.Softmax),
        ["Transpose"] = One(ShapeOps.Transpose),
        ["Where"] = One(Indexing.Where),
    };

    /// <summary>The kernel of an operator of the standard's domain; null where there is none.</summary>
    public static Kernel? Find(string opType) => Table.GetValueOrDefault(opType);

    /// <summary>All operators there are kernels for, in alphabetical order.</summary>
    public static string Names => string.Join(", ", Table.Keys.Order(StringComparer.Ordinal));

    private static Kernel One(Func<OpCall, TorchTensor> compute) => call => [compute(call)];
}
