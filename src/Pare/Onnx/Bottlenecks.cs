using Pare.Onnx.Rewrites;

namespace Pare.Onnx;

/// <summary>Places where a network can be cut in two: a single value carries all that comes after it.</summary>
public static class Bottlenecks
{
    /// <summary>The last such value that does not depend on a node; null where there is none but the input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="output">The node's first output.</param>
    public static string? Before(Graph graph, string output)
    {
        var dependent = graph.FreeInputs.Select(i => i.Name).ToHashSet();
        var lastUse = new Dictionary<string, int>();
        foreach (var (i, node) in graph.Nodes.Index())
        {
            var inputs = node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames())).Where(dependent.Contains).ToList();
            if (inputs.Count == 0) continue;
            foreach (var input in inputs) lastUse[input] = i;
            dependent.UnionWith(node.Outputs.Where(o => o.Length > 0));
        }
        foreach (var value in graph.Outputs) lastUse[value.Name] = int.MaxValue;

        var live = graph.FreeInputs.Select(i => i.Name).Where(lastUse.ContainsKey).ToHashSet();
        string? last = null;
        foreach (var (i, node) in graph.Nodes.Index())
        {
            if (node.Outputs.Contains(output)) return last;
            live.UnionWith(node.Outputs.Where(o => dependent.Contains(o) && lastUse.ContainsKey(o)));
            live.RemoveWhere(v => lastUse[v] <= i);
            if (live.Count == 1 && node.Outputs.Contains(live.First())) last = live.First();
        }
        return null;
    }

    /// <summary>What makes a value: the network with that value as its only output.</summary>
    public static Model Head(Model model, string value) =>
        DropUnused.Apply(model with { Graph = model.Graph with { Outputs = [ValueInfo.Of(value, ElementType.Float) with { Shape = null }] } });

    /// <summary>What comes after a value: the network with that value as its only input.</summary>
    /// <param name="model">The network.</param>
    /// <param name="value">One that <see cref="Before"/> named.</param>
    /// <param name="example">The value's shape for one example, without the batch.</param>
    public static Model Tail(Model model, string value, ReadOnlySpan<int> example)
    {
        var graph = model.Graph;
        Dimension[] shape = [new(null, "batch"), .. example.ToArray().Select(d => (Dimension)d)];
        return DropUnused.Apply(model with
        {
            Graph = graph with
            {
                Nodes = graph.Nodes.RemoveAll(n => n.Outputs.Contains(value)),
                Inputs = [ValueInfo.Of(value, ElementType.Float, shape)],
                Values = graph.Values.RemoveAll(v => v.Name == value),
            },
        });
    }
}
