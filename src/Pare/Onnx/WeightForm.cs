using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>What makes a weight's value: initializers, and nodes whose last output is the value. Dense weights have one tensor of that name.</summary>
public sealed record WeightForm(ImmutableArray<Tensor> Tensors, ImmutableArray<Node> Nodes)
{
    /// <summary>A weight that is an initializer of its own.</summary>
    public static WeightForm Dense(Tensor tensor) => new([tensor], []);

    /// <summary>
    /// The float weight behind a value, dense, whichever form holds it (constant, shared, partly shared); null where the
    /// value is none of these.
    /// </summary>
    public static Tensor? ReadDense(GraphIndex index, string value)
    {
        if (index.Constant(value) is { } constant) return constant.Type == ElementType.Float ? constant : null;
        if (SharedWeight.Find(index, value) is { } shared) return Tensor.Of(value, shared.Codes.Shape.AsSpan(), shared.Decode());
        if (PartlySharedWeight.Find(index, value) is { } partly) return Tensor.Of(value, partly.Free.Shape.AsSpan(), partly.Decode());
        return null;
    }

    /// <summary>The value in front of nodes that only put weights into another order or shape.</summary>
    public static string Behind(GraphIndex index, string value)
    {
        while (index.Constant(value) is null && index.Producer(value) is { IsStandard: true, OpType: "Identity" or "Transpose" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" } node) value = node.Inputs[0];
        return value;
    }

    /// <summary>
    /// The model with each named value made by its new form. What made it before goes, where nothing else uses it. Every
    /// other node and constant stays as it is.
    /// </summary>
    public static Model Replace(Model model, IReadOnlyDictionary<string, WeightForm> forms)
    {
        if (forms.Count == 0) return model;
        var graph = model.Graph;
        var (deadNodes, deadTensors) = FindDead(graph, forms.Keys);
        var ordered = graph.Initializers.Select(t => t.Name).Concat(graph.Nodes.SelectMany(n => n.Outputs)).Where(forms.ContainsKey).Distinct().Select(n => forms[n]).ToList();
        var tensors = ordered.SelectMany(f => f.Tensors).ToList();
        var given = tensors.Select(t => t.Name).ToHashSet();
        var gone = deadTensors.Where(n => !given.Contains(n)).ToHashSet();
        return model with
        {
            Graph = graph with
            {
                Initializers = [.. graph.Initializers.Where(t => !deadTensors.Contains(t.Name)), .. tensors],
                Nodes = [.. ordered.SelectMany(f => f.Nodes), .. graph.Nodes.Where(n => !deadNodes.Contains(n))],
                Inputs = graph.Inputs.RemoveAll(i => gone.Contains(i.Name)),
            },
        };
    }

    // Nodes and initializers that served the values only.
    private static (HashSet<Node> Nodes, HashSet<string> Tensors) FindDead(Graph graph, IEnumerable<string> values)
    {
        var index = new GraphIndex(graph);
        var initializers = graph.Initializers.Select(t => t.Name).ToHashSet();
        var nodes = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var tensors = new HashSet<string>();
        var pending = new Stack<string>(values);
        while (pending.TryPop(out var value))
        {
            if (initializers.Contains(value)) tensors.Add(value);
            if (index.Producer(value) is not { } producer || !nodes.Add(producer)) continue;
            foreach (var input in producer.Inputs)
                if (input.Length > 0 && !index.IsOutput(input) && index.Consumers(input).All(nodes.Contains)) pending.Push(input);
        }
        return (nodes, tensors);
    }
}
