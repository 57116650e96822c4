namespace Pare.Onnx.Rewrites;

internal static class Renaming
{
    /// <summary>The graph with values renamed wherever nodes read or make them, in subgraphs too. Graph inputs, outputs and initializers keep their names.</summary>
    public static Graph RenameInNodes(this Graph graph, IReadOnlyDictionary<string, string> names)
    {
        if (names.Count == 0) return graph;
        return graph with { Nodes = [.. graph.Nodes.Select(n => Rename(n, names))] };
    }

    private static Node Rename(Node node, IReadOnlyDictionary<string, string> names) => node with
    {
        Inputs = [.. node.Inputs.Select(i => names.GetValueOrDefault(i, i))],
        Outputs = [.. node.Outputs.Select(o => names.GetValueOrDefault(o, o))],
        Attributes = [.. node.Attributes.Select(a => a.Value switch
        {
            Graph g => a with { Value = RenameOuter(g, names) },
            System.Collections.Immutable.ImmutableArray<Graph> many => a with { Value = (System.Collections.Immutable.ImmutableArray<Graph>)[.. many.Select(g => RenameOuter(g, names))] },
            _ => a,
        })],
    };

    // A name that the subgraph gives to a value of its own means that value.
    private static Graph RenameOuter(Graph graph, IReadOnlyDictionary<string, string> names)
    {
        var own = graph.Inputs.Select(i => i.Name).Concat(graph.Initializers.Select(t => t.Name)).Concat(graph.Nodes.SelectMany(n => n.Outputs)).ToHashSet();
        var outer = names.Where(p => !own.Contains(p.Key)).ToDictionary();
        if (outer.Count == 0) return graph;
        return graph.RenameInNodes(outer) with { Outputs = [.. graph.Outputs.Select(o => outer.TryGetValue(o.Name, out var name) ? o with { Name = name } : o)] };
    }
}
