using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>Who makes and who uses each value of one graph, computed once. Values used by subgraphs count as used by the node that holds them.</summary>
public sealed class GraphIndex
{
    private readonly Dictionary<string, Node> _producers = [];
    private readonly Dictionary<string, List<Node>> _consumers = [];
    private readonly Dictionary<string, Tensor> _constants = [];
    private readonly HashSet<string> _outputs;

    public GraphIndex(Graph graph)
    {
        Graph = graph;
        foreach (var tensor in graph.Initializers) _constants[tensor.Name] = tensor;
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
                if (output.Length > 0) _producers[output] = node;
            foreach (var input in node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames())).Distinct())
            {
                if (input.Length == 0) continue;
                if (!_consumers.TryGetValue(input, out var list)) _consumers[input] = list = [];
                list.Add(node);
            }
            if (node.ConstantValue() is { } constant) _constants[constant.Name] = constant;
        }
        _outputs = graph.Outputs.Select(o => o.Name).ToHashSet();
    }

    public Graph Graph { get; }

    /// <summary>The node that makes a value; null for inputs and initializers.</summary>
    public Node? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that use a value, each once, in the graph's order.</summary>
    public IReadOnlyList<Node> Consumers(string value) => _consumers.TryGetValue(value, out var list) ? list : [];

    /// <summary>The constant of that name, from an initializer or a Constant node; null where the value is computed.</summary>
    public Tensor? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>True where the value is an output of the graph.</summary>
    public bool IsOutput(string value) => _outputs.Contains(value);
}
