namespace Pare.Onnx.Rewrites;

/// <summary>
/// Replaces nodes that always give the same by their value. The file must not grow by it, and weights in a compressed form
/// (a codebook and codes, dequantization, half floats) keep that form.
/// </summary>
internal static class FoldConstants
{
    /// <summary>Shape arithmetic up to this many elements is folded even where the result is larger than what it is made of.</summary>
    private const int SmallCount = 1024;

    public static Model Apply(Model model)
    {
        var index = new GraphIndex(model.Graph);
        var shapes = ShapeInference.IntegerConstants(model);
        var values = model.Graph.Initializers.ToDictionary(t => t.Name);
        var folded = new List<Tensor>();
        var gone = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in model.Graph.Nodes)
        {
            if (node.ConstantValue() is { } constant) values[constant.Name] = constant;
            if (!MayFold(index, node) || Fold(model, index, node, values, shapes) is not { } result) continue;
            values[result.Name] = result;
            folded.Add(result);
            gone.Add(node);
        }
        if (gone.Count == 0) return model;
        var names = folded.Select(t => t.Name).ToHashSet();
        return model with
        {
            Graph = model.Graph with
            {
                Nodes = model.Graph.Nodes.RemoveAll(gone.Contains),
                Initializers = model.Graph.Initializers.AddRange(folded),
                Values = model.Graph.Values.RemoveAll(v => names.Contains(v.Name)),
            },
        };
    }

    private static bool MayFold(GraphIndex index, Node node)
    {
        if (!node.IsStandard || node.Is("Constant") || node.Outputs.Length != 1 || index.IsOutput(node.Outputs[0])) return false;
        return node.OpType switch
        {
            "QuantizeLinear" or "DequantizeLinear" => false,
            "Gather" => index.Constant(node.Input(0)) is null or { Type: ElementType.Int64 or ElementType.Int32 },
            "Cast" => index.Constant(node.Input(0)) is not { Type: ElementType.Float16 or ElementType.BFloat16 } && !index.Consumers(node.Outputs[0]).Any(n => n.Is("Gather") && n.Input(1) == node.Outputs[0]),
            _ => true,
        };
    }

    private static Tensor? Fold(Model model, GraphIndex index, Node node, Dictionary<string, Tensor> values, IReadOnlyDictionary<string, Tensor> shapes)
    {
        if (shapes.TryGetValue(node.Outputs[0], out var small) && small.Count <= SmallCount) return small with { Name = node.Outputs[0] };
        if (node.Inputs.IsEmpty || node.Inputs.Any(i => i.Length > 0 && !values.ContainsKey(i))) return null;
        Tensor?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : values[i])];
        return ConstantFolding.Evaluate(node, inputs, model.OpsetVersion, maxBytes: inputs.Sum(t => t is null ? 0 : Freed(index, node, t)));
    }

    // What the file loses with the node: a constant that others use too stays where it is.
    private static long Freed(GraphIndex index, Node node, Tensor input) =>
        index.Consumers(input.Name).All(n => ReferenceEquals(n, node)) && !index.IsOutput(input.Name) ? input.Data.Length : 0;
}
