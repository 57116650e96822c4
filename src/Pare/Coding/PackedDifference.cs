using Pare.Onnx;

namespace Pare.Coding;

/// <summary>
/// Packed bytes of networks that differ from one in few tensors: only what differs is packed, apart from the rest, which is much faster
/// than packing each as a whole and off by the few bytes that neighbours lend each other.
/// </summary>
public sealed class PackedDifference(Model original)
{
    private readonly HashSet<Node> _nodes = new(original.Graph.Nodes, ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Tensor> _tensors = ByName(original);
    private readonly Dictionary<string, long> _gone = [];

    /// <summary>Packed bytes of the original.</summary>
    public long Original { get; } = PackedFile.SizeOf(OnnxWriter.ToBytes(original));

    /// <summary>Packed bytes of a network made from the original, whose unchanged tensors share its memory.</summary>
    public long Of(Model variant)
    {
        var tensors = ByName(variant);
        List<Tensor> gone = [.. _tensors.Values.Where(t => !IsIn(tensors, t))];
        List<Tensor> added = [.. tensors.Values.Where(t => !IsIn(_tensors, t))];
        var key = string.Join('\0', gone.Select(t => t.Name));
        if (!_gone.TryGetValue(key, out var before)) _gone[key] = before = Packed(gone, []);
        // Nodes that were only given another weight count on both sides or not at all.
        return Original - before + Packed(added, [.. variant.Graph.Nodes.Where(n => !_nodes.Contains(n) && !original.Graph.Nodes.Any(o => o.Outputs.SequenceEqual(n.Outputs)))]);
    }

    private static long Packed(List<Tensor> tensors, List<Node> nodes) =>
        PackedFile.SizeOf(OnnxWriter.ToBytes(new Model { Graph = new Graph { Initializers = [.. tensors], Nodes = [.. nodes] } }));

    private static Dictionary<string, Tensor> ByName(Model model) => model.Graph.AllTensors().Concat(model.Graph.Nodes.Select(n => n.ConstantValue()).OfType<Tensor>())
        .Where(t => t.Name.Length > 0).DistinctBy(t => t.Name).ToDictionary(t => t.Name);

    private static bool IsIn(Dictionary<string, Tensor> tensors, Tensor tensor) => tensors.TryGetValue(tensor.Name, out var other) && other.Data.Equals(tensor.Data) && other.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan());
}
