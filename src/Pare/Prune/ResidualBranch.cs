using Pare.Onnx;
using Pare.Onnx.Rewrites;

namespace Pare.Prune;

/// <summary>One side of a sum that a network can do without, because the other side has the same shape: a residual block's layers.</summary>
/// <param name="Sum">The Add.</param>
/// <param name="Bypass">The other side, which takes the sum's place.</param>
/// <param name="Nodes">What only this side is computed by.</param>
/// <param name="Macs">Its multiply-adds.</param>
public sealed record ResidualBranch(Node Sum, string Bypass, IReadOnlyList<Node> Nodes, long Macs)
{
    /// <summary>The branches of a model, in the graph's order. A sum of two computed sides may give two.</summary>
    /// <param name="model">The model.</param>
    /// <param name="macs">Multiply-adds of each node by the name of its first output; nodes that have none may be missing.</param>
    /// <param name="exclude">Layers that stay, by name; * stands for any characters and ? for one.</param>
    /// <exception cref="BadInputException">A pattern matches no layer.</exception>
    public static IReadOnlyList<ResidualBranch> Of(Model model, IReadOnlyDictionary<string, long> macs, params IReadOnlyList<string> exclude)
    {
        var index = new GraphIndex(model.Graph);
        var layers = Layer.Of(index).ToList();
        var excluded = LayerPatterns.Matching(layers, exclude);
        var staying = layers.Where(l => excluded.Contains(l.Name)).Select(l => l.Node).ToHashSet(ReferenceEqualityComparer.Instance);
        var types = ShapeInference.Infer(ShapeInference.NameOpenLengths(model));
        var computed = Computed(model.Graph);
        var branches = new List<ResidualBranch>();
        foreach (var sum in model.Graph.Nodes.Where(n => n.Is("Add") && n.Inputs[0] != n.Inputs[1]))
        {
            foreach (var (side, other) in new[] { (sum.Inputs[1], sum.Inputs[0]), (sum.Inputs[0], sum.Inputs[1]) })
            {
                if (!computed.Contains(other) || !SameShape(other, sum.Outputs[0])) continue;
                var nodes = Alone(model.Graph, index, side, sum);
                var cost = nodes.Sum(n => macs.GetValueOrDefault(n.Outputs.FirstOrDefault() ?? ""));
                if (cost > 0 && !nodes.Exists(staying.Contains)) branches.Add(new ResidualBranch(sum, other, nodes, cost));
            }
        }
        return branches;

        bool SameShape(string a, string b) => types.GetValueOrDefault(a).Shape is { } x && types.GetValueOrDefault(b).Shape is { } y && x.SequenceEqual(y);
    }

    /// <summary>The model without the branch.</summary>
    /// <param name="model">The one it was found in.</param>
    public Model RemovedFrom(Model model)
    {
        var going = Nodes.ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        var nodes = model.Graph.Nodes.Where(n => !going.Contains(n)).Select(n => ReferenceEquals(n, Sum) ? new Node { OpType = "Identity", Name = n.Name, Inputs = [Bypass], Outputs = n.Outputs } : n);
        var left = DropIdentity.Apply(model with { Graph = model.Graph with { Nodes = [.. nodes] } });
        // The activation before the block and the one after it may have come together.
        return DropUnused.Apply(DropIdentity.Apply(left));
    }

    // Values that depend on an input of the network.
    private static HashSet<string> Computed(Graph graph)
    {
        var computed = graph.FreeInputs.Select(i => i.Name).ToHashSet();
        foreach (var node in graph.Nodes)
            if (node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames())).Any(computed.Contains)) computed.UnionWith(node.Outputs.Where(o => o.Length > 0));
        return computed;
    }

    // Backwards from the sum: a node belongs to the side if all that it makes goes there.
    private static List<Node> Alone(Graph graph, GraphIndex index, string side, Node sum)
    {
        var (inside, nodes) = (new HashSet<Node>(ReferenceEqualityComparer.Instance), new List<Node>());
        foreach (var node in graph.Nodes.Reverse())
        {
            var used = node.Outputs.Where(o => o.Length > 0).ToList();
            if (used.Exists(index.IsOutput) || used.Exists(o => index.Consumers(o).Any(c => !inside.Contains(c) && !(ReferenceEquals(c, sum) && o == side)))) continue;
            if (!used.Exists(o => index.Consumers(o).Count > 0)) continue;
            inside.Add(node);
            nodes.Add(node);
        }
        nodes.Reverse();
        return nodes;
    }
}
