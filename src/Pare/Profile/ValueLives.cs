using Pare.Onnx;

namespace Pare.Profile;

/// <summary>
/// Which node makes and which nodes use each value that takes memory. Nodes and values are numbered in the graph's order; nodes that no
/// output needs are left out, since no runtime runs them.
/// </summary>
internal sealed class ValueLives
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<long> _sizes = [];
    private readonly List<List<int>> _users = [];
    private readonly List<int> _makers = [];
    private readonly List<bool> _kept = [];
    private readonly List<int[]> _made = [];
    private readonly List<int[]> _used = [];

    private ValueLives()
    {
    }

    /// <summary>Number of nodes.</summary>
    public int Nodes => _made.Count;

    /// <summary>The graph's inputs.</summary>
    public IEnumerable<int> Inputs => Enumerable.Range(0, _sizes.Count).TakeWhile(v => _makers[v] < 0);

    /// <summary>Bytes of the graph's inputs.</summary>
    public long InputBytes => Inputs.Sum(Size);

    /// <summary>The values a node makes.</summary>
    public IReadOnlyList<int> Made(int node) => _made[node];

    /// <summary>The values a node uses, each once.</summary>
    public IReadOnlyList<int> Used(int node) => _used[node];
    public IReadOnlyList<int> Users(int value) => _users[value];

    /// <summary>The node that makes a value; -1 for the graph's inputs.</summary>
    public int Maker(int value) => _makers[value];
    public long Size(int value) => _sizes[value];

    /// <summary>True for the graph's outputs, which stay.</summary>
    public bool IsKept(int value) => _kept[value];
    public long MadeBytes(int node) => _made[node].Sum(Size);

    /// <summary>The lives of a graph's values; null where a size is unknown.</summary>
    public static ValueLives? Of(Graph graph, Func<string, bool> isConstant, Func<string, long?> sizeBytes)
    {
        var lives = new ValueLives();
        foreach (var input in graph.FreeInputs)
            if (!lives.Add(input.Name, -1, sizeBytes)) return null;
        foreach (var node in Needed(graph))
        {
            var made = node.Outputs.Where(o => o.Length > 0 && !isConstant(o)).ToList();
            if (made.Count == 0) continue;
            var number = lives._made.Count;
            lives._used.Add([.. UsedNames(node).Distinct().Where(lives._numbers.ContainsKey).Select(n => lives._numbers[n])]);
            foreach (var value in lives._used[^1]) lives._users[value].Add(number);
            foreach (var output in made)
                if (!lives.Add(output, number, sizeBytes)) return null;
            lives._made.Add([.. made.Select(m => lives._numbers[m])]);
        }
        foreach (var output in graph.Outputs)
            if (lives._numbers.TryGetValue(output.Name, out var value)) lives._kept[value] = true;
        return lives;
    }

    private static List<Node> Needed(Graph graph)
    {
        var wanted = graph.Outputs.Select(o => o.Name).ToHashSet();
        var nodes = new List<Node>();
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(wanted.Contains)) continue;
            nodes.Add(node);
            wanted.UnionWith(UsedNames(node));
        }
        nodes.Reverse();
        return nodes;
    }

    private static IEnumerable<string> UsedNames(Node node) => node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames())).Where(n => n.Length > 0);

    private bool Add(string name, int maker, Func<string, long?> sizeBytes)
    {
        if (sizeBytes(name) is not { } size) return false;
        _numbers[name] = _sizes.Count;
        _sizes.Add(size);
        _users.Add([]);
        _makers.Add(maker);
        _kept.Add(false);
        return true;
    }
}
