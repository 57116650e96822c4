using Pare.Coding;
using Pare.Onnx;
using Pare.Profile;
using Pare.Report;

namespace Pare.Compress;

/// <summary>The layers of a compressed model in the columns of Deep Compression's tables.</summary>
internal static class LayerReports
{
    /// <param name="original">The network before: a layer's share is of what it had there.</param>
    /// <param name="compressed">The network as it is packed.</param>
    /// <param name="profile">What it holds.</param>
    /// <param name="packed">What its tensors take.</param>
    public static IReadOnlyList<LayerReport> Of(ModelProfile original, Model compressed, ModelProfile profile, PackedDescription packed)
    {
        // Names of nodes need not differ; a layer's first counts.
        var before = original.Nodes.Where(n => n.Weights is not null).DistinctBy(n => n.Name).ToDictionary(n => n.Name, n => n.Weights!.Count);
        var after = profile.Nodes.Where(n => n.Weights is not null).DistinctBy(n => n.Name).ToDictionary(n => n.Name);
        return [.. Layer.Of(new GraphIndex(compressed.Graph)).Where(l => after.ContainsKey(l.Name)).Select(Describe)];

        LayerReport Describe(Layer layer)
        {
            var weights = after[layer.Name].Weights!;
            var count = before.GetValueOrDefault(layer.Name, weights.Count);
            // A shared weight stands in the file as its codes and its codebook; both are named after it.
            var own = packed.Tensors.Where(t => t.Name == layer.Weight || t.Name.StartsWith(layer.Weight + ".", StringComparison.Ordinal)).ToList();
            var main = own.MaxBy(t => t.Count);
            var bytes = (long)Math.Ceiling(own.Sum(t => t.PackedBytes));
            return new LayerReport(
                layer.Name, layer.Node.OpType, count, (double)weights.NonZero / count,
                main?.WeightBits ?? 0, main?.WeightBitsCoded ?? 0, main?.IndexBits ?? 0, main?.IndexBitsCoded ?? 0,
                bytes, bytes == 0 ? 0 : 4.0 * count / bytes);
        }
    }
}
