using Pare.Onnx;

namespace Pare.Profile;

/// <summary>Which inputs of an operator hold what training moves, where they are constant.</summary>
internal static class TrainableInputs
{
    /// <summary>The positions. A BatchNormalization's running statistics are not trained.</summary>
    public static ReadOnlySpan<int> Of(Node node) => !node.IsStandard ? [] : node.OpType switch
    {
        "Conv" or "ConvTranspose" or "Gemm" => [1, 2],
        "BatchNormalization" or "InstanceNormalization" or "LayerNormalization" or "GroupNormalization" => [1, 2],
        "MatMul" or "Add" or "Sub" or "Mul" or "Div" => [0, 1],
        "PRelu" or "ConvInteger" or "MatMulInteger" => [1],
        "RNN" or "GRU" or "LSTM" => [1, 2, 3],
        "QLinearConv" => [3, 8],
        "QLinearMatMul" => [3],
        // An embedding: rows of a constant chosen by the input.
        "Gather" => [0],
        _ => [],
    };

    /// <summary>False for constants that only shift or scale by one number, and for integer tables.</summary>
    public static bool IsTrainable(Node node, TensorType type) => node.OpType switch
    {
        "Add" or "Sub" or "Mul" or "Div" or "Gather" => type.Type == ElementType.Float && Count(type) > 1,
        _ => true,
    };

    /// <summary>Number of elements; 0 where unknown.</summary>
    public static long Count(TensorType type) => type.Sizes is { } sizes ? sizes.Aggregate(1L, (a, b) => checked(a * b)) : 0;
}
