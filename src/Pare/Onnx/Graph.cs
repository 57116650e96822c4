using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>A graph of operators: a model's own, or a subgraph of a node. Immutable; copies share everything unchanged.</summary>
public sealed record Graph
{
    public string Name { get; init; } = "";

    /// <summary>In an order in which every value is made before it is used.</summary>
    public ImmutableArray<Node> Nodes { get; init; } = [];
    public ImmutableArray<Tensor> Initializers { get; init; } = [];
    public ImmutableArray<ValueInfo> Inputs { get; init; } = [];
    public ImmutableArray<ValueInfo> Outputs { get; init; } = [];

    /// <summary>What the file says of inner values.</summary>
    public ImmutableArray<ValueInfo> Values { get; init; } = [];

    /// <summary>Fields of the file that Pare does not use, as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }

    /// <summary>The inputs a caller must give: those that no initializer provides.</summary>
    public ImmutableArray<ValueInfo> FreeInputs
    {
        get
        {
            var given = Initializers.Select(t => t.Name).ToHashSet();
            return [.. Inputs.Where(i => !given.Contains(i.Name))];
        }
    }

    /// <summary>Of each value the position of the node that makes it; outputs that a node leaves out have no name.</summary>
    public Dictionary<string, int> Makers() =>
        Nodes.Index().SelectMany(n => n.Item.Outputs.Where(o => o.Length > 0).Select(o => (o, n.Index))).ToDictionary();
}
