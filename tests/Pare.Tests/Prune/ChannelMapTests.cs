using Pare.Onnx;
using Pare.Prune.Channels;
using Xunit;

namespace Pare.Tests.Prune;

/// <summary>Which channels go together, operator by operator. Groups are written as layer:places, rows before columns.</summary>
public sealed class ChannelMapTests
{
    [Fact]
    public void A_channel_is_a_row_here_and_a_column_there()
    {
        var graph = Of([Conv("a", "x", 2, 1), Networks.Op("Relu", "a", "r"), Conv("b", "r", 1, 2)]);
        Assert.Equal(["a:0 | b:0", "a:1 | b:1"], Texts(graph));
        Assert.Equal([new LeftWhole("b", "it has one output channel")], graph.LeftWhole);
    }

    [Fact]
    public void A_sum_joins_its_terms()
    {
        var graph = Of([Conv("a", "x", 2, 1), Conv("b", "a", 2, 2), Networks.Op("Add", "a,b", "s"), Conv("c", "s", 1, 2)]);
        Assert.Equal(["a:0 b:0 | b:0 c:0", "a:1 b:1 | b:1 c:1"], Texts(graph));
    }

    [Fact]
    public void What_meets_the_input_stays()
    {
        var graph = Of([Conv("a", "x", 1, 1), Conv("b", "x", 3, 1), Networks.Op("Add", "b,x3", "s"), Conv("c", "s", 1, 3)], extra: ValueInfo.Of("x3", ElementType.Float, 1, 3, 4, 4));
        Assert.Empty(graph.Groups);
        Assert.Contains(new LeftWhole("b", "Add 's' combines them with a value that must stay"), graph.LeftWhole);
    }

    [Fact]
    public void Concat_and_split_move_channels()
    {
        var split = new Node { OpType = "Split", Name = "s", Inputs = ["ab"], Outputs = ["p", "q"], Attributes = [NodeAttribute.Of("axis", 1L)] };
        var graph = Of([Conv("a", "x", 3, 1), Conv("b", "x", 3, 1), Networks.Op("Concat", "b,a", "ab", NodeAttribute.Of("axis", 1L)), split, Conv("c", "p", 1, 3), Conv("d", "q", 1, 3), Networks.Op("Add", "c,d", "y")]);
        Assert.Equal(["a:0 | d:0", "a:1 | d:1", "a:2 | d:2", "b:0 | c:0", "b:1 | c:1", "b:2 | c:2"], Texts(graph));
        var smaller = graph.Without(graph.Groups[0], graph.Groups[4], graph.Groups[5]);
        var node = smaller.Graph.Nodes.Single(n => n.Is("Split"));
        Assert.Equal([1, 2], new GraphIndex(smaller.Graph).Constant(node.Inputs[1])!.Int64s.ToArray());
    }

    [Fact]
    public void Splitting_before_opset_13_has_its_sizes_in_an_attribute()
    {
        var split = new Node { OpType = "Split", Name = "s", Inputs = ["a"], Outputs = ["p", "q"], Attributes = [NodeAttribute.Of("axis", 1L)] };
        var graph = Of([Conv("a", "x", 4, 1), split, Conv("c", "p", 1, 2), Conv("d", "q", 1, 2), Networks.Op("Add", "c,d", "y")], opset: 11);
        Assert.Equal([1, 2], graph.Without(graph.Groups[0]).Graph.Nodes.Single(n => n.Is("Split")).Ints("split"));
    }

    [Fact]
    public void A_depthwise_convolution_passes_channels_on_and_loses_groups()
    {
        var graph = Of([Conv("a", "x", 3, 1), Conv("d", "a", 3, 1, groups: 3), Conv("c", "d", 1, 3)]);
        Assert.Equal(["a:0 d:0 | c:0", "a:1 d:1 | c:1", "a:2 d:2 | c:2"], Texts(graph));
        Assert.Equal(2, graph.Without(graph.Groups[1]).Graph.Nodes[1].Int("group", 1));
    }

    [Fact]
    public void A_depthwise_convolution_may_make_several_of_each()
    {
        var graph = Of([Conv("a", "x", 2, 1), Conv("d", "a", 4, 1, groups: 2), Conv("c", "d", 1, 4)]);
        Assert.Equal(["a:0 d:0,1 | c:0,1", "a:1 d:2,3 | c:2,3"], Texts(graph));
    }

    [Fact]
    public void A_grouped_convolution_keeps_its_groups_even()
    {
        var graph = Of([Conv("a", "x", 4, 1), Conv("g", "a", 6, 2, groups: 2), Conv("c", "g", 1, 6)]);
        Assert.Equal(["a:0,2 | g:0,2", "a:1,3 | g:1,3", "g:0,3 | c:0,3", "g:1,4 | c:1,4", "g:2,5 | c:2,5"], Texts(graph));
        Assert.Equal(2, graph.Without(graph.Groups[0]).Graph.Nodes[1].Int("group", 1));
    }

    [Fact]
    public void Groups_may_lose_different_places_where_their_channels_are_coupled_so()
    {
        // The sum couples 0 and 3, which lie in both groups (0, 1 | 2, 3) already; 1 and 2 are left to be paired.
        var graph = Of(
            [
                Conv("a", "x", 4, 1), Networks.Op("Gather", "a,order", "s", NodeAttribute.Of("axis", 1L)), Networks.Op("Add", "a,s", "t"), Conv("g", "t", 4, 2, groups: 2), Conv("c", "g", 1, 4),
            ],
            [Tensor.Of("order", [4], [3L, 1, 2, 0])]);
        Assert.Equal(["a:0,3 | g:0,3", "a:1,2 | g:1,2", "g:0,2 | c:0,2", "g:1,3 | c:1,3"], Texts(graph));
        // Weights 1 to 8 in rows of two: the first group's rows lose their first column, the second's their second.
        Assert.Equal([2f, 4, 5, 7], graph.Without(graph.Groups[0]).Floats("g.w"));
    }

    [Fact]
    public void Groups_are_evened_out_with_as_few_unions_as_will_do()
    {
        // Label 0 lies once in both groups; 1 lies twice in the first, 2 and 3 once in the second; 4 must stay and needs nobody.
        var labels = new Labels();
        labels.Fresh(5);
        labels.Keep([4], "seen");
        GroupBalance.Apply(labels, [0, 1, 1, 4, 0, 2, 3, 4], groups: 2);
        Assert.Equal([0, 1, 1, 1, 4], Enumerable.Range(0, 5).Select(labels.Root));
        // Nothing makes up for a label beside one that stays.
        labels = new Labels();
        labels.Fresh(2);
        labels.Keep([1], "seen");
        GroupBalance.Apply(labels, [0, 1], groups: 2);
        Assert.Equal("groups would become unequal without them", labels.WhyKept(0));
    }

    [Fact]
    public void A_channel_shuffle_keeps_its_rows_even()
    {
        var graph = Of(
            [
                Conv("a", "x", 6, 1), Networks.Op("Reshape", "a,five", "s"), Networks.Op("Transpose", "s", "t", NodeAttribute.Of("perm", 0L, 2L, 1L, 3L, 4L)),
                Networks.Op("Reshape", "t,four", "u"), Conv("c", "u", 1, 6),
            ],
            [Tensor.Of("five", [5], [0L, 2, 3, 4, 4]), Tensor.Of("four", [4], [-1L, 6, 4, 4])]);
        Assert.Equal(["a:0,3 | c:0,1", "a:1,4 | c:2,3", "a:2,5 | c:4,5"], Texts(graph));
        var smaller = graph.Without(graph.Groups[1]);
        var index = new GraphIndex(smaller.Graph);
        Assert.Equal([[0, 2, 2, 4, 4], [-1, 4, 4, 4]], smaller.Graph.Nodes.Where(n => n.Is("Reshape")).Select(n => index.Constant(n.Inputs[1])!.Int64s.ToArray()));
    }

    [Fact]
    public void Flatten_gives_a_channel_one_column_for_each_of_its_places()
    {
        var graph = Of([Conv("a", "x", 2, 1), Networks.Op("Flatten", "a", "f"), Networks.Op("MatMul", "f,w", "y")], [Tensor.Of("w", [32, 2], new float[64])], rank: 2);
        Assert.Equal([.. Enumerable.Range(0, 16)], graph.Groups[0].Columns[0].Places);
        Assert.Equal([new LeftWhole("y", "they are the output 'y'")], graph.LeftWhole);
    }

    [Fact]
    public void Normalisation_slopes_and_scales_are_cut_with_their_channels()
    {
        var graph = Of(
            [
                Conv("a", "x", 2, 1), Networks.Op("BatchNormalization", "a,s,b,m,v", "n"), Networks.Op("PRelu", "n,slope", "p"), Networks.Op("Mul", "p,gain", "g"), Conv("c", "g", 1, 2),
            ],
            [
                Tensor.Of("s", [2], [1f, 2]), Tensor.Of("b", [2], [3f, 4]), Tensor.Of("m", [2], [5f, 6]), Tensor.Of("v", [2], [7f, 8]),
                Tensor.Of("slope", [2, 1, 1], [9f, 10]), Tensor.Of("gain", [1, 2, 1, 1], [11f, 12]),
            ]);
        var smaller = graph.Without(graph.Groups[0]);
        Assert.Equal([2f, 4, 6, 8, 10, 12], ((string[])["s", "b", "m", "v", "slope", "gain"]).SelectMany(smaller.Floats));
    }

    [Fact]
    public void Pads_slices_and_gathers_count_what_is_left()
    {
        var graph = Of(
            [
                Conv("a", "x", 3, 1), Networks.Op("Pad", "a,pads", "p"), Networks.Op("Slice", "p,from,to,axes", "s"), Networks.Op("Gather", "s,order", "g", NodeAttribute.Of("axis", 1L)),
                Conv("c", "g", 1, 4),
            ],
            [
                Tensor.Of("pads", [8], [0L, 1, 0, 0, 0, 1, 0, 0]), Tensor.Of("from", [1], [0L]), Tensor.Of("to", [1], [-1L]), Tensor.Of("axes", [1], [1L]),
                Tensor.Of("order", [4], [3L, 0, 2, -3]),
            ]);
        // Slice keeps the pad before and all three; Gather puts them as 2, pad, 1, 0.
        Assert.Equal(["a:0 | c:3", "a:1 | c:2", "a:2 | c:0", " | c:1"], Texts(graph));
        var smaller = graph.Without(graph.Groups[1], graph.Groups[3]);
        var index = new GraphIndex(smaller.Graph);
        long[] Input(string op, int input) => index.Constant(smaller.Graph.Nodes.Single(n => n.Is(op)).Inputs[input])!.ToInt64s();
        Assert.Equal([0, 0, 0, 0, 0, 1, 0, 0], Input("Pad", 1));
        Assert.Equal([0], Input("Slice", 1));
        Assert.Equal([2], Input("Slice", 2));
        Assert.Equal([1, 0], Input("Gather", 1));
    }

    [Fact]
    public void Shapes_that_are_computed_are_written_out()
    {
        var graph = Of(
            [
                Conv("a", "x", 4, 1), Networks.Op("Shape", "a", "shape"), Networks.Op("Gather", "shape,zero", "n"), Networks.Op("Gather", "shape,one", "ch"), Networks.Op("Concat", "n,ch,rest", "target", NodeAttribute.Of("axis", 0L)),
                Networks.Op("Reshape", "a,target", "r"), Networks.Op("Transpose", "r", "t", NodeAttribute.Of("perm", 0L, 2L, 1L)), Networks.Op("MatMul", "t,w", "y"),
            ],
            [Tensor.Of("zero", [1], [0L]), Tensor.Of("one", [1], [1L]), Tensor.Of("rest", [1], [-1L]), Tensor.Of("w", [4, 2], new float[8])], rank: 3);
        Assert.Equal(["a:0 | y:0", "a:1 | y:1", "a:2 | y:2", "a:3 | y:3"], Texts(graph));
        Assert.DoesNotContain(graph.Without(graph.Groups[0]).Graph.Nodes, n => n.Is("Shape"));
    }

    [Theory]
    [InlineData("Softmax", "Softmax 'm' mixes them")]
    [InlineData("LRN", "LRN 'm' normalises across them")]
    [InlineData("CumSum", "CumSum 'm' is not known to keep channels apart")]
    public void What_mixes_channels_leaves_the_layer_whole(string op, string reason)
    {
        NodeAttribute[] attributes = op == "Softmax" ? [NodeAttribute.Of("axis", 1L)] : [];
        var graph = Of([Conv("a", "x", 3, 1), Networks.Op(op, op == "CumSum" ? "a,axis" : "a", "m", attributes), Conv("c", "m", 1, 3)], [Tensor.Of("axis", [], [1L])]);
        Assert.Empty(graph.Groups);
        Assert.Equal(new LeftWhole("a", reason), graph.LeftWhole[0]);
    }

    [Fact]
    public void Excluded_layers_keep_their_outputs()
    {
        var graph = Of([Conv("a", "x", 2, 1), Conv("b", "a", 2, 2), Conv("c", "b", 1, 2)], exclude: "a");
        Assert.Equal(["b:0 | c:0", "b:1 | c:1"], Texts(graph));
        Assert.Contains(new LeftWhole("a", "excluded"), graph.LeftWhole);
        Assert.Equal("pattern 'z*' matches no layer; the layers are a", Assert.Throws<BadInputException>(() => Of([Conv("a", "x", 1, 1)], exclude: "z*")).Message);
    }

    [Fact]
    public void Shared_weights_are_cut_in_their_own_form()
    {
        var model = Model([Conv("a", "x", 2, 1), Conv("b", "a", 2, 2), Conv("c", "b", 1, 2)], []);
        var form = SharedWeight.Form("b.w", [2, 2, 1, 1], [0, 5], [0, 1, 1, 0], 17);
        var graph = ChannelGraph.Of(WeightForm.Replace(model, new Dictionary<string, WeightForm> { ["b.w"] = form }));
        Assert.Equal(["b:0 | c:0", "b:1 | c:1", "a:0 | b:0", "a:1 | b:1"], Texts(graph));
        var smaller = graph.Without(graph.Groups[1], graph.Groups[2]);
        Assert.Equal([1], smaller.Constant("b.w.codes").Data.ToArray());
        Assert.Equal([0f, 5], smaller.Floats("b.w.codebook"));
    }

    [Fact]
    public void Quantized_weights_lose_their_scales_with_their_codes()
    {
        var model = Model([Networks.Op("DequantizeLinear", "codes,scale,zero", "a.w", NodeAttribute.Of("axis", 0L)), new Node { OpType = "Conv", Name = "a", Inputs = ["x", "a.w"], Outputs = ["a"] }, Conv("b", "a", 1, 3)],
            [Tensor.Of("codes", [3, 1, 1, 1], [1, 2, (byte)3]), Tensor.Of("scale", [3], [0.1f, 0.2f, 0.3f]), Tensor.Of("zero", [3], [4, 5, (byte)6])]);
        var graph = ChannelGraph.Of(model);
        Assert.Equal(["a:0 | b:0", "a:1 | b:1", "a:2 | b:2"], Texts(graph));
        var smaller = graph.Without(graph.Groups[1]);
        Assert.Equal([1, 3], smaller.Constant("codes").Data.ToArray());
        Assert.Equal([0.1f, 0.3f], smaller.Floats("scale"));
        Assert.Equal([4, 6], smaller.Constant("zero").Data.ToArray());
    }

    [Fact]
    public void Before_IR_version_4_inputs_shrink_with_their_initializers()
    {
        var model = Model([Conv("a", "x", 2, 1), Networks.Op("Reshape", "a,shape", "r"), Conv("b", "r", 1, 2)], [Tensor.Of("shape", [4], [0L, 2, 4, 4])]);
        var inputs = model.Graph.Initializers.Select(t => ValueInfo.Of(t.Name, t.Type, [.. t.Shape.Select(d => (Dimension)d)]));
        var graph = ChannelGraph.Of(model with { IrVersion = 3, Graph = model.Graph with { Inputs = [.. model.Graph.Inputs, .. inputs] } });
        var smaller = graph.Without(graph.Groups[0]);
        GraphSpec.Verify(smaller);
        Assert.Equal(["a.w", "b.w", "x"], smaller.Graph.Inputs.Select(i => i.Name).Order(StringComparer.Ordinal));
        Assert.Equal(1, smaller.Graph.Inputs.First(i => i.Name == "a.w").Shape!.Value[0].Value);
    }

    [Fact]
    public void What_a_branch_looks_at_stays()
    {
        var branch = new Graph { Name = "then", Nodes = [Networks.Op("Relu", "a", "inner")], Outputs = [ValueInfo.Of("inner", ElementType.Float, new(), 2, 4, 4)] };
        var choice = new Node { OpType = "If", Name = "if", Inputs = ["yes"], Outputs = ["i"], Attributes = [NodeAttribute.Of("then_branch", branch), NodeAttribute.Of("else_branch", branch)] };
        var graph = Of([Conv("a", "x", 2, 1), choice, Conv("b", "i", 1, 2)], [Tensor.Create("yes", ElementType.Bool, [], (byte[])[1])]);
        Assert.Empty(graph.Groups);
        Assert.Equal(new LeftWhole("a", "If 'if' is not known to keep channels apart"), graph.LeftWhole[0]);
    }

    [Fact]
    public void Weights_that_two_layers_share_are_coupled_through_both()
    {
        var graph = Of([Conv("a", "x", 2, 1), Networks.Op("Conv", "a,w", "b"), Networks.Op("Conv", "b,w", "d"), Conv("c", "d", 1, 2)], [Tensor.Of("w", [2, 2, 1, 1], new float[4])]);
        Assert.Equal(["a:0 b:0 d:0 | b:0 d:0 c:0", "a:1 b:1 d:1 | b:1 d:1 c:1"], Texts(graph));
        Assert.Equal([1, 1, 1, 1], graph.Without(graph.Groups[0]).Constant("w").Shape);
    }

    [Fact]
    public void Groups_that_would_leave_nothing_are_refused()
    {
        var graph = Of([Conv("a", "x", 2, 1), Conv("b", "a", 1, 2)]);
        Assert.Throws<ArgumentException>(() => graph.Without(graph.Groups));
        Assert.Same(graph.Model, graph.Without());
    }

    private static Node Conv(string name, string input, int rows, int columns, int groups = 1) => new()
    {
        OpType = "Conv",
        Name = name,
        Inputs = [input, $"{name}.w"],
        Outputs = [name],
        Attributes = [NodeAttribute.Of("group", (long)groups), NodeAttribute.Of("kernel_shape", 1L, 1L), NodeAttribute.Of("pare.test.shape", (long)rows, columns)],
    };

    private static ChannelGraph Of(Node[] nodes, Tensor[]? constants = null, int opset = 17, int rank = 4, ValueInfo? extra = null, params string[] exclude) =>
        ChannelGraph.Of(Model(nodes, constants ?? [], opset, rank, extra), exclude);

    // The last node's output is the graph's. Convolutions get the weights their shapes ask for.
    private static Model Model(Node[] nodes, Tensor[] constants, int opset = 17, int rank = 4, ValueInfo? extra = null)
    {
        var weights = nodes.Where(n => n.Has("pare.test.shape")).Select(n => n.Ints("pare.test.shape") is var s ? Tensor.Of(n.Inputs[1], [s[0], s[1], 1, 1], [.. Enumerable.Range(1, (int)(s[0] * s[1])).Select(i => (float)i)]) : null!);
        var model = Networks.Of(nodes.Select(n => n.Without("pare.test.shape")), [.. weights, .. constants], [new(null, "batch"), 1, 4, 4], new Dimension[rank], nodes[^1].Outputs[0]);
        return model with { Opsets = [new("", opset)], Graph = extra is null ? model.Graph : model.Graph with { Inputs = model.Graph.Inputs.Add(extra) } };
    }

    private static IEnumerable<string> Texts(ChannelGraph graph) => graph.Groups.Select(g => $"{Text(g.Rows)} | {Text(g.Columns)}");

    private static string Text(IEnumerable<ChannelSpan> spans) => string.Join(' ', spans.Select(s => $"{s.Layer}:{string.Join(',', s.Places)}"));
}
