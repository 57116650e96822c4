using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>A layer and the float weights that it uses, wherever these stand.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Value">The weights, dense, under the name of the value to replace.</param>
internal sealed record LayerWeights(Layer Layer, Tensor Value)
{
    /// <summary>The layers whose weights can be shared, in the graph's order; weights that several layers use appear once, under the first.</summary>
    /// <exception cref="BadInputException">There are none, or a weight is not finite.</exception>
    public static IReadOnlyList<LayerWeights> Of(GraphIndex index, ShareOptions options)
    {
        var found = new List<LayerWeights>();
        var seen = new HashSet<string>();
        foreach (var layer in Layer.Of(index))
        {
            var value = Source(index, layer.Weight);
            if (options.Excludes(layer) || !seen.Add(value) || WeightForm.ReadDense(index, value) is not { Data.IsEmpty: false } tensor) continue;
            tensor.ThrowUnlessFinite();
            found.Add(new LayerWeights(layer, tensor with { Name = value }));
        }
        return found.Count > 0 ? found : throw new BadInputException(
            "the model has no weights to share; Conv, ConvTranspose, Gemm and MatMul with constant float weights that no pattern excludes are allowed");
    }

    /// <summary>The layer's bias where it is a float constant; for MatMul that of the Add behind it.</summary>
    public static Tensor? Bias(GraphIndex index, Layer layer)
    {
        var name = layer.Bias;
        if (layer.Node.OpType == "MatMul" && index.Consumers(layer.Node.Outputs[0]) is [var add] && add.Is("Add"))
            name = add.Inputs[add.Inputs[0] == layer.Node.Outputs[0] ? 1 : 0];
        return name.Length > 0 && WeightForm.ReadDense(index, name) is { Data.IsEmpty: false } bias ? bias with { Name = name } : null;
    }

    // Behind operators that only arrange the weights anew.
    private static string Source(GraphIndex index, string value)
    {
        while (index.Constant(value) is null && index.Producer(value) is { IsStandard: true } node
            && node.OpType is "Transpose" or "Reshape" or "Identity" or "Squeeze" or "Unsqueeze" or "Flatten")
            value = node.Inputs[0];
        return value;
    }
}
