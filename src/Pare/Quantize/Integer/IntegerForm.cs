using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>Layers as ONNX Runtime's 8-bit kernels take them.</summary>
internal static class IntegerForm
{
    /// <summary>The layer; null and the reason where there is no 8-bit kernel for it.</summary>
    public static IntegerLayer? Of(GraphIndex index, Layer layer, out string? reason)
    {
        var result = Read(index, layer);
        reason = result.Reason;
        return result.Layer;
    }

    private static (IntegerLayer? Layer, string? Reason) Read(GraphIndex index, Layer layer)
    {
        var node = layer.Node;
        if (node.OpType == "ConvTranspose") return (null, "ONNX Runtime has no 8-bit kernel for it");
        if (layer.WeightInput != 1) return (null, "its weight is the left factor");
        if (index.Constant(node.Inputs[0]) is not null) return (null, "its input is constant");
        if (Dense(index, layer.Weight) is not { Data.IsEmpty: false } weight) return (null, "its weight is not a constant of floats");
        if (node.Is("Conv")) return weight.Shape.Length is 3 or 4 or 5 ? WithBias(index, layer, weight, 0) : (null, $"its weight has {weight.Shape.Length} dimensions");
        if (weight.Shape.Length != 2) return (null, $"its weight has {weight.Shape.Length} dimensions");
        if (node.Is("MatMul")) return (new IntegerLayer(layer, weight, null, 1), null);
        if (node.Int("transA", 0) != 0) return (null, "its input is transposed");
        return WithBias(index, layer, Scaled(weight, node.Float("alpha", 1)), node.Int("transB", 0) != 0 ? 0 : 1);
    }

    private static (IntegerLayer? Layer, string? Reason) WithBias(GraphIndex index, Layer layer, Tensor weight, int axis)
    {
        if (layer.Bias.Length == 0) return (new IntegerLayer(layer, weight, null, axis), null);
        var channels = (int)weight.Shape[axis];
        if (Dense(index, layer.Bias) is not { } bias || (bias.Count != 1 && !(bias.Count == channels && bias.Shape[^1] == channels))) return (null, "its bias is not one constant number a channel");
        var beta = layer.Node.Is("Gemm") ? layer.Node.Float("beta", 1) : 1;
        var values = new float[channels];
        for (var i = 0; i < channels; i++) values[i] = beta * bias.Floats[bias.Count == 1 ? 0 : i];
        return (new IntegerLayer(layer, weight, values, axis), null);
    }

    private static Tensor? Dense(GraphIndex index, string value)
    {
        if (WeightForm.ReadDense(index, value) is { } dense) return dense with { Name = value };
        try
        {
            return WeightValues.Resolve(index, value) is { Type: ElementType.Float } resolved ? resolved with { Name = value } : null;
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private static Tensor Scaled(Tensor weight, float factor)
    {
        if (factor == 1) return weight;
        var scaled = weight.Floats.ToArray();
        for (var i = 0; i < scaled.Length; i++) scaled[i] *= factor;
        return Tensor.Of(weight.Name, weight.Shape.AsSpan(), scaled);
    }
}
