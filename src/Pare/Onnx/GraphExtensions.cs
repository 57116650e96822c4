using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>Walks and edits that every room needs.</summary>
public static class GraphExtensions
{
    /// <summary>Every constant of the graph and its subgraphs: initializers, Constant nodes, tensors in attributes.</summary>
    public static IEnumerable<Tensor> AllTensors(this Graph graph)
    {
        foreach (var tensor in graph.Initializers) yield return tensor;
        foreach (var attribute in graph.Nodes.SelectMany(n => n.Attributes))
        {
            switch (attribute.Value)
            {
                case Tensor tensor: yield return tensor; break;
                case ImmutableArray<Tensor> many: foreach (var tensor in many) yield return tensor; break;
                case Graph inner: foreach (var tensor in inner.AllTensors()) yield return tensor; break;
                case ImmutableArray<Graph> inners: foreach (var tensor in inners.SelectMany(AllTensors)) yield return tensor; break;
            }
        }
    }

    /// <summary>The value of a Constant node under the name of its output, whichever attribute holds it; null for other nodes and for text.</summary>
    public static Tensor? ConstantValue(this Node node)
    {
        if (!node.Is("Constant") || node.Outputs.Length != 1) return null;
        var name = node.Outputs[0];
        foreach (var attribute in node.Attributes)
        {
            switch (attribute.Value)
            {
                case Tensor tensor: return tensor with { Name = name };
                case float f: return Tensor.Of(name, [], [f]);
                case long i: return Tensor.Of(name, [], [i]);
                case ImmutableArray<float> floats: return Tensor.Of(name, [floats.Length], floats.ToArray());
                case ImmutableArray<long> ints: return Tensor.Of(name, [ints.Length], ints.ToArray());
            }
        }
        return null;
    }

    /// <summary>Names a subgraph takes from the graphs around it.</summary>
    public static IEnumerable<string> OuterNames(this Graph graph)
    {
        var own = graph.Inputs.Select(i => i.Name).Concat(graph.Initializers.Select(t => t.Name)).Concat(graph.Nodes.SelectMany(n => n.Outputs)).ToHashSet();
        return graph.Nodes.SelectMany(n => n.Inputs.Concat(n.Subgraphs.SelectMany(OuterNames)))
            .Concat(graph.Outputs.Select(o => o.Name)).Where(n => n.Length > 0 && !own.Contains(n)).Distinct();
    }

    /// <summary>The graph with constants replaced by name, wherever they stand (initializer or Constant node).</summary>
    public static Graph ReplaceConstants(this Graph graph, IReadOnlyDictionary<string, Tensor> replacements) => graph with
    {
        Initializers = [.. graph.Initializers.Select(t => replacements.TryGetValue(t.Name, out var r) ? r with { Name = t.Name } : t)],
        Nodes = [.. graph.Nodes.Select(n => n.ConstantValue() is { } c && replacements.TryGetValue(c.Name, out var r)
            ? n with { Attributes = [NodeAttribute.Of("value", r)] } : n)],
    };

    /// <summary>Every name in the graph and its subgraphs, of values and of nodes; some more than once.</summary>
    public static IEnumerable<string> AllNames(this Graph graph) =>
        graph.Inputs.Select(i => i.Name).Concat(graph.Initializers.Select(t => t.Name))
            .Concat(graph.Nodes.SelectMany(n => n.Outputs.Append(n.Name).Concat(n.Subgraphs.SelectMany(AllNames))));

    /// <summary>A name that neither the graph nor its subgraphs use yet, made from <paramref name="stem"/>.</summary>
    public static string FreshName(this Graph graph, string stem) => new FreshNames(graph).Of(stem);
}
