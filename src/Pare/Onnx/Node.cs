using System.Collections.Immutable;
using System.Text;

namespace Pare.Onnx;

/// <summary>One operator of a graph. An empty name among the inputs or outputs stands for one left out.</summary>
public sealed record Node
{
    public required string OpType { get; init; }

    /// <summary>The operator set the operator belongs to; empty for the standard's own.</summary>
    public string Domain { get; init; } = "";
    public string Name { get; init; } = "";
    public ImmutableArray<string> Inputs { get; init; } = [];
    public ImmutableArray<string> Outputs { get; init; } = [];
    public ImmutableArray<NodeAttribute> Attributes { get; init; } = [];

    /// <summary>Fields of the file that Pare does not use, as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }

    /// <summary>True for an operator of the ONNX standard itself, of the given type.</summary>
    public bool Is(string opType) => OpType == opType && IsStandard;

    /// <summary>True where the operator is of the ONNX standard's own domain.</summary>
    public bool IsStandard => Domain is "" or "ai.onnx";

    /// <summary>The name of input <paramref name="index"/>, empty where it is left out.</summary>
    public string Input(int index) => index < Inputs.Length ? Inputs[index] : "";

    public bool Has(string attribute) => Find(attribute) is not null;
    public long Int(string attribute, long otherwise) => Value(attribute, otherwise);
    public float Float(string attribute, float otherwise) => Value(attribute, otherwise);
    public string Text(string attribute, string otherwise) =>
        Find(attribute) is null ? otherwise : Encoding.UTF8.GetString(Value<ReadOnlyMemory<byte>>(attribute, default).Span);
    public ImmutableArray<long> Ints(string attribute) => Value(attribute, ImmutableArray<long>.Empty);
    public ImmutableArray<float> Floats(string attribute) => Value(attribute, ImmutableArray<float>.Empty);
    public Tensor? Tensor(string attribute) => Find(attribute)?.Value as Tensor;

    /// <summary>The subgraphs in the attributes (bodies of If, Loop, Scan).</summary>
    public IEnumerable<Graph> Subgraphs => Attributes.SelectMany(a => a.Value switch
    {
        Graph g => [g],
        ImmutableArray<Graph> many => many,
        _ => Enumerable.Empty<Graph>(),
    });

    /// <summary>The node with an attribute added or replaced.</summary>
    public Node With(NodeAttribute attribute) => Without(attribute.Name) is var rest ? rest with { Attributes = rest.Attributes.Add(attribute) } : this;

    /// <summary>The node without an attribute.</summary>
    public Node Without(string attribute) => this with { Attributes = Attributes.RemoveAll(a => a.Name == attribute) };

    /// <summary>How messages name the node.</summary>
    /// <summary>The name, or that of the first output where there is none: what reports and messages call the node.</summary>
    public string Label => Name.Length > 0 ? Name : Outputs.FirstOrDefault("");

    public override string ToString() => Name.Length > 0 ? $"{OpType} '{Name}'" : $"{OpType} -> '{(Outputs.Length > 0 ? Outputs[0] : "")}'";

    private NodeAttribute? Find(string name)
    {
        foreach (var attribute in Attributes)
            if (attribute.Name == name) return attribute;
        return null;
    }

    private T Value<T>(string name, T otherwise) => Find(name) switch
    {
        null => otherwise,
        { Value: T value } => value,
        var other => throw new BadInputException($"node {this}: attribute '{name}' is {other.Kind}, not {typeof(T).Name}"),
    };
}
