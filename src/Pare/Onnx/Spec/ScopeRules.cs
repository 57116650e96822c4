namespace Pare.Onnx.Spec;

/// <summary>Rules on names: each value is made once, and before it is used, in the graph or one around it.</summary>
internal static class ScopeRules
{
    public static IEnumerable<string> UniqueNames(Model model) =>
        Unique(model.Graph, null).Concat(model.Functions.SelectMany(f => Unique(AsGraph(f), null)));

    public static IEnumerable<string> DefinedBeforeUse(Model model) =>
        Defined(model.Graph, null).Concat(model.Functions.SelectMany(f => Defined(AsGraph(f), null)));

    private static IEnumerable<string> Unique(Graph graph, Names? outer)
    {
        var inputs = new HashSet<string>();
        foreach (var input in graph.Inputs)
            if (input.Name.Length == 0 || !inputs.Add(input.Name)) yield return $"graph '{graph.Name}' has two inputs, or one without a name: '{input.Name}'";
        var initializers = new HashSet<string>();
        foreach (var tensor in graph.Initializers)
            if (tensor.Name.Length == 0 || !initializers.Add(tensor.Name)) yield return $"graph '{graph.Name}' has two initializers, or one without a name: '{tensor.Name}'";
        var seen = new Names(outer);
        seen.UnionWith(inputs.Concat(initializers));
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
                if (output.Length > 0 && (seen.Knows(output) || !seen.Add(output))) yield return $"value '{output}' of node {node} is made twice";
            // What stands in the subgraph of one node is not seen by the next.
            foreach (var broken in node.Subgraphs.SelectMany(g => Unique(g, seen))) yield return broken;
        }
    }

    private static IEnumerable<string> Defined(Graph graph, Names? outer)
    {
        var defined = new Names(outer);
        defined.UnionWith([.. graph.Inputs.Select(i => i.Name), .. graph.Initializers.Select(t => t.Name), .. SparseInitializers.Names(graph)]);
        var made = graph.Nodes.SelectMany(n => n.Outputs).ToHashSet();
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                if (input.Length == 0 || defined.Knows(input)) continue;
                yield return made.Contains(input)
                    ? $"node {node} uses '{input}' before it is made: the nodes are out of order or form a cycle"
                    : $"node {node} uses '{input}', which nothing makes";
            }
            foreach (var broken in node.Subgraphs.SelectMany(g => Defined(g, defined))) yield return broken;
            defined.UnionWith(node.Outputs);
        }
        foreach (var output in graph.Outputs)
            if (!defined.Knows(output.Name)) yield return $"output '{output.Name}' of graph '{graph.Name}' is made by nothing";
    }

    // Those of a graph, in front of those around it: a copy for every subgraph would make many of them slow.
    private sealed class Names(Names? outer) : HashSet<string>
    {
        public bool Knows(string name) => Contains(name) || (outer?.Knows(name) ?? false);
    }

    private static Graph AsGraph(Function function) => new()
    {
        Name = function.Name,
        Nodes = function.Nodes,
        Inputs = [.. function.Inputs.Select(name => new ValueInfo { Name = name })],
        Outputs = [.. function.Outputs.Select(name => new ValueInfo { Name = name })],
    };
}
