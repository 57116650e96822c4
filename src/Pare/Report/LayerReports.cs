using Pare.Coding;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Report;

/// <summary>The layers of a packed model in the paper's columns.</summary>
public static class LayerReports
{
    /// <summary>Brings together what a layer is (the model) and what its weights take (the packed file).</summary>
    /// <param name="model">The model that was packed.</param>
    /// <param name="packed">The packed file's description. A weight that it keeps in its text, because it is tiny, counts at its plain size.</param>
    public static IReadOnlyList<LayerReport> Of(Model model, PackedDescription packed)
    {
        var index = new GraphIndex(model.Graph);
        var parts = packed.Tensors.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.First());
        return [.. Layer.Of(index).DistinctBy(l => l.Weight).Select(l => Of(index, l, parts))];
    }

    private static LayerReport Of(GraphIndex index, Layer layer, Dictionary<string, PackedTensor> parts)
    {
        var values = WeightValues.Resolve(index, layer.Weight);
        var weights = WeightProfile.Of(values.Type == ElementType.Float ? values.Floats : values.ToFloats());
        var constants = ConstantsBehind(index, layer.Weight);
        var bytes = (long)Math.Ceiling(constants.Sum(c => parts.TryGetValue(c.Name, out var part) ? part.PackedBytes : c.Data.Length));
        // Codes, or the weights themselves; codebooks and scales are small beside them.
        var main = constants.Select(c => parts.GetValueOrDefault(c.Name)).OfType<PackedTensor>().MaxBy(t => t.Count);
        return new LayerReport(
            layer.Name, layer.Node.OpType, weights.Count, weights.Kept,
            main?.WeightBits ?? 32, main?.WeightBitsCoded ?? 32, main?.IndexBits ?? 0, main?.IndexBitsCoded ?? 0,
            bytes, bytes == 0 ? 0 : 4.0 * weights.Count / bytes);
    }

    private static List<Tensor> ConstantsBehind(GraphIndex index, string value)
    {
        var found = new List<Tensor>();
        var seen = new HashSet<string>();
        var pending = new Stack<string>([value]);
        while (pending.TryPop(out var name))
        {
            if (name.Length == 0 || !seen.Add(name)) continue;
            if (index.Constant(name) is { } constant) found.Add(constant);
            else foreach (var input in index.Producer(name)?.Inputs ?? []) pending.Push(input);
        }
        return found;
    }
}
