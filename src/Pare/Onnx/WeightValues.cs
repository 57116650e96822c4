namespace Pare.Onnx;

/// <summary>The numbers behind a constant expression: initializers, shared codebooks, dequantized, masked or transposed weights.</summary>
public static class WeightValues
{
    /// <summary>Expressions deeper than this are refused; a weight's is a few nodes deep.</summary>
    private const int MaxDepth = 64;

    /// <summary>Bytes that all values on the way to a weight may take.</summary>
    private const long MaxBytes = 2 * ConstantFolding.MaxBytes;

    // The nodes that stand between a weight and its numbers mean the same in every version that has them.
    private const long Opset = 21;

    /// <summary>The value as dense floats, row-major, in an array of their own.</summary>
    /// <exception cref="BadInputException">The value is not constant, or an operator in its expression is not covered.</exception>
    public static float[] Dense(GraphIndex index, string value) => Resolve(index, value).ToFloats();

    /// <summary>The value as a tensor of its own type and shape; initializers come back as they are, without a copy.</summary>
    /// <exception cref="BadInputException">The value is not constant, or an operator in its expression is not covered.</exception>
    public static Tensor Resolve(GraphIndex index, string value) => Resolve(index, value, [], 0);

    private static Tensor Resolve(GraphIndex index, string value, Dictionary<string, Tensor> done, int depth)
    {
        if (index.Constant(value) is { } constant) return constant;
        if (done.TryGetValue(value, out var known)) return known;
        if (depth > MaxDepth) throw new BadInputException($"the expression of constant '{value}' is deeper than {MaxDepth} nodes");
        if (index.Producer(value) is not { } node) throw new BadInputException($"value '{value}' is not constant");
        var inputs = new Tensor?[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = node.Inputs[i].Length == 0 ? null : Resolve(index, Source(index, node, i), done, depth + 1);
        var result = ConstantFolding.Evaluate(node, inputs, Opset, Math.Min(ConstantFolding.MaxBytes, MaxBytes - done.Values.Sum(t => (long)t.Data.Length)))
            ?? throw new BadInputException($"node {node}: this operator on {string.Join(", ", inputs.Select(t => t?.Type.ToString() ?? "nothing"))} cannot be computed as a weight");
        done[value] = result;
        return result;
    }

    // Codes are cast to the index types that Gather takes in a file; here they can stay as small as they are stored.
    private static string Source(GraphIndex index, Node node, int input)
    {
        var value = node.Inputs[input];
        if (!node.Is("Gather") || input != 1 || index.Producer(value) is not { } cast || !cast.Is("Cast")) return value;
        return index.Constant(cast.Input(0)) is { Type: ElementType.UInt8 or ElementType.UInt16 or ElementType.Int8 or ElementType.Int16 or ElementType.UInt4 or ElementType.Int4 or ElementType.UInt2 or ElementType.Int2 }
            && cast.Int("to", 0) is (long)ElementType.Int32 or (long)ElementType.Int64 ? cast.Inputs[0] : value;
    }
}
