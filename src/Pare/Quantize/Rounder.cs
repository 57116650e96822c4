using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>
/// The last rounding: what is left of float32 in a shared model, its centroids and biases, with fewer significant bits. They
/// stay float32 and need no node; the packed file does not pay for bytes that are zero.
/// </summary>
public static class Rounder
{
    /// <summary>Rounds the codebooks of shared layers to bfloat16 (8 significant bits), and biases to a form. Other layers keep their weights.</summary>
    public static Model Round(Model model, BiasForm biases)
    {
        var index = new GraphIndex(model.Graph);
        var rounded = new Dictionary<string, Tensor>();
        foreach (var layer in Layer.Of(index))
        {
            if (SharedWeight.Find(index, WeightForm.Behind(index, layer.Weight)) is { Codebook: var codebook })
                rounded[codebook.Name] = Tensor.Of(codebook.Name, codebook.Shape.AsSpan(), Array.ConvertAll(codebook.Floats.ToArray(), ToBFloat16));
            if (biases is BiasForm.Float16 or BiasForm.Grid8 && LayerWeights.Bias(index, layer) is { } bias)
                rounded[bias.Name] = Tensor.Of(bias.Name, bias.Shape.AsSpan(), BiasRounding.Round(bias.Floats, biases));
        }
        return model with { Graph = model.Graph.ReplaceConstants(rounded) };
    }

    // Half to even; NaN and infinity have no fraction to round.
    private static float ToBFloat16(float value)
    {
        if (!float.IsFinite(value)) return value;
        var bits = BitConverter.SingleToUInt32Bits(value);
        bits += 0x7fff + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xffff0000);
    }
}
