namespace Pare.Onnx;

/// <summary>
/// A node of the main graph that multiplies its input by constant weights: Conv, ConvTranspose, Gemm, MatMul. The weights may
/// stand in any constant form: an initializer, a Constant node, a shared codebook, a dequantized tensor.
/// </summary>
/// <param name="Node">The operator.</param>
/// <param name="WeightInput">Which of the node's inputs is the weight (1; for MatMul also 0).</param>
public sealed record Layer(Node Node, int WeightInput)
{
    /// <summary>The node's name, or its output's where it has none.</summary>
    public string Name => Node.Label;

    /// <summary>Name of the value that holds the weights.</summary>
    public string Weight => Node.Inputs[WeightInput];

    /// <summary>Name of the value that holds the bias; empty where there is none.</summary>
    public string Bias => Node.OpType == "MatMul" ? "" : Node.Input(2);

    /// <summary>The layers of a graph in the graph's order.</summary>
    public static IEnumerable<Layer> Of(GraphIndex index)
    {
        var known = new Dictionary<(string, int), bool>();
        foreach (var node in index.Graph.Nodes)
        {
            if (!node.IsStandard) continue;
            var weightInput = node.OpType switch
            {
                "Conv" or "ConvTranspose" when node.Inputs.Length > 1 && IsConstant(index, known, node, node.Inputs[1]) => 1,
                "Gemm" or "MatMul" when node.Inputs.Length > 1 && IsConstant(index, known, node, node.Inputs[1]) => 1,
                "Gemm" or "MatMul" when node.Inputs.Length > 1 && IsConstant(index, known, node, node.Inputs[0]) => 0,
                _ => -1,
            };
            if (weightInput >= 0) yield return new Layer(node, weightInput);
        }
    }

    // A weight's expression (codebook, dequantization, transpose, cast) is a few nodes deep. One that cannot be evaluated is a computation like any other.
    private static bool IsConstant(GraphIndex index, Dictionary<(string, int), bool> known, Node user, string value, int depth = 0)
    {
        if (index.Constant(value) is { } tensor) return depth > 0 ? IsEvaluated(tensor.Type, user) : tensor.Shape.Length > 0;
        // Expressions may share parts: each is looked at once.
        if (known.TryGetValue((value, depth), out var found)) return found;
        return known[(value, depth)] = depth < 8 && index.Producer(value) is { } node && node.Inputs.Length > 0 && ConstantFolding.Covers(node)
            && node.Inputs.All(i => i.Length == 0 || IsConstant(index, known, node, i, depth + 1));
    }

    private static bool IsEvaluated(ElementType type, Node user) => type switch
    {
        ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float4E2M1 => false,
        ElementType.BFloat16 => user.OpType is "Cast" or "Transpose" or "Reshape" or "Identity" or "Gather",
        _ => true,
    };
}
