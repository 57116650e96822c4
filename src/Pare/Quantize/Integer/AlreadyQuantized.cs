using Pare.Onnx;

namespace Pare.Quantize.Integer;

internal static class AlreadyQuantized
{
    private static readonly HashSet<string> Operators =
        ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "MatMulNBits"];

    /// <exception cref="BadInputException">The model has integer operators already.</exception>
    public static void Refuse(Model model)
    {
        if (model.Graph.Nodes.FirstOrDefault(n => Operators.Contains(n.OpType)) is { } found)
            throw new BadInputException($"the model is quantized already ({found}); give the float model");
    }
}
