using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>Biases in 32 bits, added to sums of products: zero point 0, the scale of an input's code times a weight's.</summary>
internal static class BiasCodes
{
    /// <summary>Largest code; half of what 32 bits hold, so that the products have room beside it.</summary>
    private const double MaxCode = int.MaxValue / 2;

    /// <summary>The smallest normal number of float32.</summary>
    private const double MinScale = 1.17549435e-38;

    /// <summary>The weight with scales raised where a layer's bias would not fit.</summary>
    public static LinearWeight WithRoom(LinearWeight weight, IntegerLayer layer, float inputScale)
    {
        if (layer.Bias is not { } bias) return weight;
        var maps = weight.Maps.ToArray();
        for (var i = 0; i < bias.Length; i++)
        {
            ref var map = ref maps[maps.Length == 1 ? 0 : i];
            // Nor may the product of the scales be smaller than float32 can say.
            var least = Math.Max(Math.Abs(bias[i]) / MaxCode, MinScale) / inputScale;
            if (map.Scale < least) map = map with { Scale = MathF.BitIncrement((float)least) };
        }
        return weight with { Maps = maps };
    }

    /// <summary>The bias's initializers and node.</summary>
    public static WeightForm Form(string name, float[] bias, LinearWeight weight, float inputScale, int channels)
    {
        var scales = new float[weight.Maps.Length];
        for (var i = 0; i < scales.Length; i++) scales[i] = inputScale * weight.Maps[i].Scale;
        var codes = new int[channels];
        for (var i = 0; i < codes.Length; i++)
            codes[i] = (int)Math.Clamp(Math.Round(bias[i] / (double)scales[scales.Length == 1 ? 0 : i], MidpointRounding.ToEven), int.MinValue, int.MaxValue);
        long[] shape = scales.Length == 1 ? [] : [channels];
        return new WeightForm(
            [Tensor.Create($"{name}.codes", ElementType.Int32, [channels], codes), Tensor.Of($"{name}.scale", shape, scales), Tensor.Create($"{name}.zero", ElementType.Int32, shape, new int[scales.Length])],
            [
                new Node
                {
                    OpType = "DequantizeLinear",
                    Inputs = [$"{name}.codes", $"{name}.scale", $"{name}.zero"],
                    Outputs = [name],
                    Attributes = scales.Length == 1 ? [] : [NodeAttribute.Of("axis", 0L)],
                },
            ]);
    }
}
