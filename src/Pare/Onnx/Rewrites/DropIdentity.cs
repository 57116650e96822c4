namespace Pare.Onnx.Rewrites;

/// <summary>Removes Identity, and Dropout and a second Relu where they are one: x -> Identity -> f becomes x -> f.</summary>
internal static class DropIdentity
{
    public static Model Apply(Model model)
    {
        var index = new GraphIndex(model.Graph);
        var names = new Dictionary<string, string>();
        var dropped = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in model.Graph.Nodes.Where(n => IsIdentity(model, index, n)))
        {
            var (from, to) = (Final(names, node.Inputs[0]), node.Outputs[0]);
            if (!index.IsOutput(to)) names[to] = from;
            // An output keeps its name: the value before the identity takes it, if a node makes that value and nobody knows it by name.
            else if (index.Producer(from) is not null && !index.IsOutput(from) && !names.ContainsKey(from)) names[from] = to;
            else continue;
            dropped.Add(node);
        }
        if (dropped.Count == 0) return model;
        var graph = model.Graph with { Nodes = model.Graph.Nodes.RemoveAll(dropped.Contains), Values = model.Graph.Values.RemoveAll(v => names.ContainsKey(v.Name)) };
        return model with { Graph = graph.RenameInNodes(names.ToDictionary(p => p.Key, p => Final(names, p.Value))) };
    }

    private static bool IsIdentity(Model model, GraphIndex index, Node node)
    {
        if (node.Is("Identity")) return node is { Inputs: [{ Length: > 0 }], Outputs: [{ Length: > 0 }] };
        if (node.Is("Relu")) return index.Producer(node.Inputs[0]) is { } before && before.Is("Relu");
        if (!node.Is("Dropout") || node.Inputs.IsEmpty || node.Outputs.IsEmpty) return false;
        var mask = node.Outputs.Length > 1 ? node.Outputs[1] : "";
        if (mask.Length > 0 && (index.IsOutput(mask) || index.Consumers(mask).Count > 0)) return false;
        if (model.OpsetVersion < 7) return node.Int("is_test", 0) != 0;
        return node.Input(2).Length == 0 || index.Constant(node.Input(2)) is { Type: ElementType.Bool, Data: { Length: 1 } training } && training.Span[0] == 0;
    }

    private static string Final(Dictionary<string, string> names, string name)
    {
        while (names.TryGetValue(name, out var next)) name = next;
        return name;
    }
}
