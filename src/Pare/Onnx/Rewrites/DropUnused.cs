namespace Pare.Onnx.Rewrites;

/// <summary>Removes nodes and initializers that no output depends on, and what the file says of values that are gone.</summary>
internal static class DropUnused
{
    public static Model Apply(Model model)
    {
        var graph = model.Graph;
        var needed = graph.Outputs.Select(o => o.Name).ToHashSet();
        var live = new List<Node>();
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(needed.Contains)) continue;
            live.Add(node);
            needed.UnionWith(node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames())));
        }
        var initializers = graph.Initializers.RemoveAll(t => !needed.Contains(t.Name));
        if (live.Count == graph.Nodes.Length && initializers.Length == graph.Initializers.Length) return model;
        live.Reverse();
        var gone = graph.Initializers.Select(t => t.Name).Where(n => !needed.Contains(n)).ToHashSet();
        var made = live.SelectMany(n => n.Outputs).Concat(graph.Inputs.Select(i => i.Name)).Concat(initializers.Select(t => t.Name)).ToHashSet();
        return model with
        {
            Graph = graph with
            {
                Nodes = [.. live],
                Initializers = initializers,
                // Up to IR version 3 every initializer is an input as well.
                Inputs = graph.Inputs.RemoveAll(i => gone.Contains(i.Name)),
                Values = graph.Values.RemoveAll(v => !made.Contains(v.Name)),
            },
        };
    }
}
