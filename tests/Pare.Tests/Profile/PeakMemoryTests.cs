using Pare.Onnx;
using Pare.Profile;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Profile;

public sealed class PeakMemoryTests
{
    [Fact]
    public void Of_two_branches_the_one_with_the_larger_peak_goes_first()
    {
        // x (1) to a large branch (10, leaves 1) and a small one (2, leaves 2). Small first keeps its 2 under the large one's peak.
        var graph = Graph("y", ("s1", "x"), ("s2", "s1"), ("l1", "x"), ("l2", "l1"), ("y", "l2 s2"));
        var sizes = new Dictionary<string, long> { ["x"] = 1, ["s1"] = 2, ["s2"] = 2, ["l1"] = 10, ["l2"] = 1, ["y"] = 1 };
        Assert.Equal((1 + 2 + 10 + 0, 1 + 10 + 1), Peak(graph, sizes));
    }

    [Fact]
    public void A_chain_has_one_order_only() => Assert.Equal((9, 9),
        Peak(Graph("c", ("a", "x"), ("b", "a"), ("c", "b")), new() { ["x"] = 1, ["a"] = 4, ["b"] = 5, ["c"] = 1 }));

    [Fact]
    public void Branches_after_a_cut_are_ordered_by_themselves()
    {
        var graph = Graph("y", ("p", "x"), ("q", "p"), ("s", "q"), ("s2", "s"), ("l", "q"), ("l2", "l"), ("y", "s2 l2"));
        Assert.Equal((50 + 50, 100), Peak(graph, new() { ["x"] = 50, ["p"] = 50, ["q"] = 1, ["s"] = 5, ["s2"] = 5, ["l"] = 20, ["l2"] = 1, ["y"] = 1 }));
    }

    [Fact]
    public void What_is_made_and_not_used_goes_at_once()
    {
        var graph = Graph("c", ("b", "x"), ("c", "b"));
        graph = graph with { Nodes = [graph.Nodes[0] with { Outputs = ["b", "dead"] }, graph.Nodes[1]] };
        Assert.Equal((1 + 5 + 2, 8), Peak(graph, new() { ["x"] = 1, ["dead"] = 5, ["b"] = 2, ["c"] = 4 }));
    }

    [Fact]
    public void Nodes_that_no_output_needs_do_not_run() =>
        Assert.Equal((3, 3), Peak(Graph("b", ("dead", "x"), ("deader", "dead"), ("b", "x")), new() { ["x"] = 1, ["dead"] = 5, ["deader"] = 5, ["b"] = 2 }));

    [Fact]
    public void Outputs_stay()
    {
        // a first: 1 + 8 + 6 with x, then 8 + 6 + 2. Last: 1 + 6, then 1 + 6 + 2, then 1 + 2 + 8.
        var graph = Graph("a c", ("a", "x"), ("b", "x"), ("c", "b"));
        Assert.Equal((16, 11), Peak(graph, new() { ["x"] = 1, ["a"] = 8, ["b"] = 6, ["c"] = 2 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void No_order_of_a_small_graph_is_better(int seed)
    {
        var random = new Random(seed);
        var names = new List<string> { "x" };
        var nodes = new List<(string, string)>();
        var sizes = new Dictionary<string, long> { ["x"] = 3 };
        for (var i = 0; i < 7; i++)
        {
            nodes.Add(($"v{i}", string.Join(' ', Enumerable.Range(0, 1 + random.Next(2)).Select(_ => names[random.Next(names.Count)]).Distinct())));
            names.Add($"v{i}");
            sizes[$"v{i}"] = 1 + random.Next(20);
        }
        var graph = Graph("v6", [.. nodes]);
        var least = Orders(graph.Nodes).Min(order => Peak(graph with { Nodes = [.. order] }, sizes)!.Value.InGraphOrder);
        Assert.Equal(least, Peak(graph, sizes)!.Value.InBestOrder);
    }

    [Fact]
    public void Wide_and_long_graphs_are_ordered_too()
    {
        // 200 branches of which each needs 10 and leaves 1, made in a breadth-first order.
        var branches = Enumerable.Range(0, 200).ToList();
        var graph = Graph("y", [.. branches.Select(i => ($"a{i}", "x")), .. branches.Select(i => ($"b{i}", $"a{i}")), ("y", string.Join(' ', branches.Select(i => $"b{i}")))]);
        var sizes = graph.Nodes.ToDictionary(n => n.Outputs[0], n => n.Outputs[0][0] == 'a' ? 10L : 1);
        sizes["x"] = 1;
        var (own, best) = Peak(graph, sizes)!.Value;
        Assert.Equal(1 + 200 * 10, own);
        Assert.Equal(1 + 199 + 10, best);
    }

    [Fact]
    public void An_unknown_size_leaves_the_peak_unknown() => Assert.Null(PeakMemory.Of(Graph("a", ("a", "x")), _ => false, v => v == "x" ? 1 : null));

    [Fact]
    public void Networks_of_the_zoo_need_no_more_than_in_their_own_order()
    {
        var profile = ModelProfile.Of(ModelZoo.Build("squeezenet1.1"));
        Assert.InRange(profile.PeakActivationBytes!.Value, 1, profile.PeakBytesInGraphOrder!.Value);
    }

    private static (long InGraphOrder, long InBestOrder)? Peak(Graph graph, Dictionary<string, long> sizes) => PeakMemory.Of(graph, _ => false, v => sizes[v]);

    private static Graph Graph(string outputs, params (string Output, string Inputs)[] nodes) => new()
    {
        Inputs = [ValueInfo.Of("x", ElementType.Float)],
        Outputs = [.. outputs.Split(' ').Select(o => ValueInfo.Of(o, ElementType.Float))],
        Nodes = [.. nodes.Select(n => new Node { OpType = "Sum", Inputs = [.. n.Inputs.Split(' ')], Outputs = [n.Output] })],
    };

    /// <summary>Every order in which inputs are made before they are used.</summary>
    private static IEnumerable<IReadOnlyList<Node>> Orders(IReadOnlyList<Node> nodes)
    {
        return From([], ["x"]);

        IEnumerable<IReadOnlyList<Node>> From(List<Node> done, HashSet<string> made)
        {
            if (done.Count == nodes.Count) yield return done;
            foreach (var next in nodes.Where(n => !done.Contains(n) && n.Inputs.All(made.Contains)))
                foreach (var order in From([.. done, next], [.. made, next.Outputs[0]])) yield return order;
        }
    }
}
