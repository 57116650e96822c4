using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

public sealed class GraphSpecTests
{
    [Fact]
    public void A_sound_model_is_accepted()
    {
        GraphSpec.Verify(Nets.Small());
        GraphSpec.CheckFinite(Nets.Small());
    }

    [Fact]
    public void Unknown_operators_and_domains_are_accepted() => GraphSpec.Verify(Edit(m => m with
    {
        Opsets = m.Opsets.Add(new("com.example", 3)),
        Graph = m.Graph with { Nodes = m.Graph.Nodes.AddRange(Nets.Node("Frobnicate", ["y"], ["a"]), Nets.Node("Twist", ["a"], ["b"]) with { Domain = "com.example" }) },
    }));

    [Fact]
    public void A_value_made_twice_is_named() => Refused("unique-names", "value 'r'", Nodes(n => n.Add(Nets.Node("Relu", ["n"], ["r"]))));

    [Fact]
    public void A_name_taken_by_a_subgraph_is_named()
    {
        var body = new Graph { Name = "body", Nodes = [Nets.Node("Relu", ["n"], ["r"])], Outputs = [new ValueInfo { Name = "r" }] };
        Refused("unique-names", "value 'r'", Nodes(n => n.Add(Nets.Node("If", ["y"], ["i"], NodeAttribute.Of("then_branch", body), NodeAttribute.Of("else_branch", body)))));
    }

    [Fact]
    public void A_subgraph_sees_the_graph_around_it()
    {
        var body = new Graph { Name = "body", Nodes = [Nets.Node("Relu", ["n"], ["inner"])], Outputs = [new ValueInfo { Name = "inner" }] };
        GraphSpec.Verify(Nodes(n => n.Add(Nets.Node("If", ["y"], ["i"], NodeAttribute.Of("then_branch", body), NodeAttribute.Of("else_branch", body)))));
        var blind = body with { Nodes = [Nets.Node("Relu", ["nowhere"], ["inner"])] };
        Refused("defined-before-use", "'nowhere'", Nodes(n => n.Add(Nets.Node("If", ["y"], ["i"], NodeAttribute.Of("then_branch", blind), NodeAttribute.Of("else_branch", blind)))));
    }

    [Fact]
    public void A_cycle_is_named() => Refused("defined-before-use", "out of order or form a cycle",
        Nodes(n => n.AddRange(Nets.Node("Add", ["y", "loop2"], ["loop1"]), Nets.Node("Relu", ["loop1"], ["loop2"]))));

    [Fact]
    public void A_missing_input_is_named() => Refused("defined-before-use", "uses 'ghost', which nothing makes", Nodes(n => n.Add(Nets.Node("Relu", ["ghost"], ["z"]))));

    [Fact]
    public void An_output_that_nothing_makes_is_named() =>
        Refused("defined-before-use", "output 'ghost'", Edit(m => m with { Graph = m.Graph with { Outputs = m.Graph.Outputs.Add(new ValueInfo { Name = "ghost" }) } }));

    [Fact]
    public void A_graph_without_outputs_is_refused() => Refused("has-graph", "no outputs", Edit(m => m with { Graph = m.Graph with { Outputs = [] } }));

    [Fact]
    public void A_domain_that_is_not_imported_is_named() => Refused("opset-imported", "com.example", Nodes(n => n.Add(Nets.Node("Twist", ["y"], ["z"]) with { Domain = "com.example" })));

    [Fact]
    public void A_wrong_number_of_inputs_is_named() => Refused("arity", "has 1 inputs, 2 to 3 are allowed", Nodes(n => n.SetItem(0, n[0] with { Inputs = ["x"] })));

    [Fact]
    public void A_needed_input_left_out_is_named() => Refused("arity", "leaves out input 1", Nodes(n => n.SetItem(0, n[0] with { Inputs = ["x", ""] })));

    [Fact]
    public void An_attribute_of_the_wrong_kind_is_named() => Refused("attribute-kind", "attribute 'group' is Float, Int is needed", Nodes(n => n.SetItem(0, n[0].With(NodeAttribute.Of("group", 1f)))));

    [Fact]
    public void A_tensor_whose_data_does_not_fit_is_named() =>
        Refused("tensor-data", "tensor 'b2' of Float[5] has 12 bytes, 20 are needed", Edit(m => m with { Graph = m.Graph with { Initializers = m.Graph.Initializers.SetItem(6, m.Graph.Initializers[6] with { Shape = [5] }) } }));

    [Theory]
    [InlineData("group", 3, "group 3 does not divide")]
    [InlineData("group", 0, "group is 0")]
    public void A_group_that_does_not_fit_is_named(string attribute, long value, string expected) => Refused("shapes", expected, Nodes(n => n.SetItem(0, n[0].With(NodeAttribute.Of(attribute, value)))));

    [Fact]
    public void A_kernel_shape_that_does_not_fit_the_weight_is_named() =>
        Refused("shapes", "kernel_shape [5,5] does not fit weight [4,2,3,3]", Nodes(n => n.SetItem(0, n[0].With(NodeAttribute.Of("kernel_shape", 5, 5)))));

    [Fact]
    public void NaN_and_infinite_weights_are_counted()
    {
        var model = Edit(m => m with { Graph = m.Graph with { Initializers = m.Graph.Initializers.SetItem(6, Tensor.Of("b2", [3], [float.NaN, 1, float.NegativeInfinity])) } });
        Assert.Equal("tensor 'b2' holds 1 NaN and 1 infinite of 3 values; weights must be finite", Assert.Throws<BadInputException>(() => GraphSpec.CheckFinite(model)).Message);
        GraphSpec.Verify(model);
    }

    [Fact]
    public void An_infinite_bound_is_allowed() => GraphSpec.CheckFinite(Edit(m => m with
    {
        Graph = m.Graph with { Nodes = m.Graph.Nodes.Add(Nets.Node("Clip", ["y", "", "max"], ["z"])), Initializers = m.Graph.Initializers.Add(Tensor.Of("max", [], [float.PositiveInfinity])) },
    }));

    private static Model Edit(Func<Model, Model> edit) => edit(Nets.Small());

    private static Model Nodes(Func<System.Collections.Immutable.ImmutableArray<Node>, System.Collections.Immutable.ImmutableArray<Node>> edit) =>
        Edit(m => m with { Graph = m.Graph with { Nodes = edit(m.Graph.Nodes) } });

    private static void Refused(string rule, string expected, Model model)
    {
        var message = Assert.Throws<BadInputException>(() => GraphSpec.Verify(model)).Message;
        Assert.Contains($"({rule})", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
