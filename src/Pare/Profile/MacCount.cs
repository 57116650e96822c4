using Pare.Onnx;

namespace Pare.Profile;

/// <summary>Multiply-adds of convolutions, dense layers and matrix products.</summary>
internal static class MacCount
{
    /// <summary>Multiply-adds of a node; 0 for operators that are none of these, null where a shape is unknown or the operator hides what it does.</summary>
    /// <param name="node">An operator.</param>
    /// <param name="shape">The shape of a value; null where it is not known in full.</param>
    public static long? Of(Node node, Func<string, long[]?> shape)
    {
        try
        {
            return Counted(node, shape);
        }
        catch (OverflowException)
        {
            // Shapes that a file states, and no machine holds.
            return null;
        }
    }

    private static long? Counted(Node node, Func<string, long[]?> shape)
    {
        if (!node.IsStandard || node.Subgraphs.Any()) return null;
        return node.OpType switch
        {
            "Conv" or "ConvInteger" => EachElement(shape(node.Outputs[0]), PerOutput(shape(node.Input(1)))),
            "QLinearConv" => EachElement(shape(node.Outputs[0]), PerOutput(shape(node.Input(3)))),
            // Each input element is multiplied into all its outputs: [in, out / groups, ...].
            "ConvTranspose" => EachElement(shape(node.Input(0)), PerOutput(shape(node.Input(1)))),
            "Gemm" => EachElement(shape(node.Outputs[0]), shape(node.Input(0))?[node.Int("transA", 0) == 0 ? 1 : 0]),
            "MatMul" or "MatMulInteger" or "QLinearMatMul" => EachElement(shape(node.Outputs[0]), shape(node.Input(0))?[^1]),
            "RNN" or "GRU" or "LSTM" => Recurrent(shape(node.Input(0)), shape(node.Input(1)), shape(node.Input(2))),
            "Einsum" or "DeformConv" or "Attention" => null,
            _ => 0,
        };
    }

    private static long? EachElement(long[]? shape, long? each) => shape is null ? null : shape.Aggregate(each, (a, b) => checked(a * b));

    // Weights [out, in / groups, kernel...]: everything but the first dimension.
    private static long? PerOutput(long[]? weight) => weight?[1..].Aggregate(1L, (a, b) => checked(a * b));

    // Input [steps, batch, in] (or the other way round, by layout), weights [directions, gates · hidden, in], recurrences [directions, gates · hidden, hidden].
    private static long? Recurrent(long[]? input, long[]? weight, long[]? recurrence) => input is null || weight is null || recurrence is null
        ? null
        : checked(input[0] * input[1] * weight[0] * weight[1] * (weight[2] + recurrence[2]));
}
