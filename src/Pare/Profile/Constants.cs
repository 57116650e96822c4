using Pare.Onnx;

namespace Pare.Profile;

/// <summary>The values of a graph that do not depend on its input, and which of them have been counted.</summary>
internal sealed class Constants
{
    private readonly GraphIndex _index;
    private readonly HashSet<string> _values = [];
    private readonly HashSet<Node> _makers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _claimed = [];
    private readonly HashSet<string> _stored = [];

    public Constants(GraphIndex index)
    {
        _index = index;
        foreach (var tensor in index.Graph.Initializers) _values.Add(tensor.Name);
        foreach (var node in index.Graph.Nodes)
        {
            if (node.Is("Constant") || (node.Inputs.Length > 0 && !node.Subgraphs.Any() && node.Inputs.All(i => i.Length == 0 || _values.Contains(i))))
            {
                _makers.Add(node);
                _values.UnionWith(node.Outputs);
            }
        }
    }

    public bool Contains(string value) => value.Length > 0 && _values.Contains(value);

    /// <summary>True for nodes that only make constants: codebook look-ups, dequantization, casts.</summary>
    public bool IsMadeBy(Node node) => _makers.Contains(node);

    /// <summary>True for the first to ask for a value: parameters that several nodes use count once.</summary>
    public bool Claim(string value) => _claimed.Add(value);

    /// <summary>Bytes of the stored constants that a value is made from, without those asked for before.</summary>
    public long ClaimStoredBytes(string value)
    {
        var (bytes, open) = (0L, new Stack<string>([value]));
        while (open.TryPop(out var next))
        {
            if (next.Length == 0 || !_stored.Add(next)) continue;
            if (_index.Constant(next) is { } tensor) bytes += tensor.Data.Length;
            else if (_index.Producer(next) is { } node) foreach (var input in node.Inputs) open.Push(input);
        }
        return bytes;
    }
}
