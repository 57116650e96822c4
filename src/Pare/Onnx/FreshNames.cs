namespace Pare.Onnx;

/// <summary>Names that neither a graph nor its subgraphs use; what was given out once is taken.</summary>
internal sealed class FreshNames(Graph graph)
{
    private readonly HashSet<string> _used = [.. graph.AllNames()];

    /// <summary>A name made from <paramref name="stem"/>.</summary>
    public string Of(string stem)
    {
        var name = stem;
        for (var i = 1; !_used.Add(name); i++) name = $"{stem}_{i}";
        return name;
    }
}
