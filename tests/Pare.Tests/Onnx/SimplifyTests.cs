using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

/// <summary>What the rewrites leave standing; that they keep the meaning is tested against ONNX Runtime.</summary>
public sealed class SimplifyTests
{
    [Fact]
    public void A_batch_norm_is_folded_and_its_constants_go()
    {
        var model = Simplify.Run(Nets.Small().WithMetadata("k", "v"));
        Assert.Equal(["Conv", "Relu", "Flatten", "Gemm"], model.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal(["w", "w2", "b2", "c_bias"], model.Graph.Initializers.Select(t => t.Name));
        Assert.Equal("v", model.MetadataValue("k"));
        Assert.Equal("Conv_c", model.Graph.Nodes[0].Name);
    }

    [Fact]
    public void Nothing_to_do_gives_the_same_model()
    {
        var once = Simplify.Run(Nets.Small());
        Assert.Same(once, Simplify.Run(once));
    }

    [Fact]
    public void A_shared_weight_is_cloned_not_changed()
    {
        var small = Nets.Small();
        var graph = small.Graph with { Nodes = small.Graph.Nodes.Add(Nets.Node("Conv", ["x", "w"], ["other"])), Outputs = small.Graph.Outputs.Add(Nets.Float("other", new Dimension(null, "N"), 4, 2, 2)) };
        var model = Simplify.Run(small with { Graph = graph });
        Assert.Equal(small.Graph.Initializers[0].Data.ToArray(), model.Graph.Initializers.First(t => t.Name == "w").Data.ToArray());
        Assert.Equal("w_folded", model.Graph.Nodes.First(n => n.Outputs[0] == "n").Inputs[1]);
    }

    [Fact]
    public void Identities_go_and_outputs_keep_their_names()
    {
        var model = Nets.Model(
            [Nets.Node("Identity", ["x"], ["a"]), Nets.Node("Relu", ["a"], ["b"]), Nets.Node("Dropout", ["b"], ["c"]), Nets.Node("Identity", ["c"], ["y"])],
            [], [Nets.Float("x", 2)], Nets.Float("y", 2));
        var node = Assert.Single(Simplify.Run(model).Graph.Nodes);
        Assert.Equal(("x", "y"), (node.Inputs[0], node.Outputs[0]));
    }

    [Fact]
    public void An_identity_from_input_to_output_stays() =>
        Assert.Single(Simplify.Run(Nets.Model([Nets.Node("Identity", ["x"], ["y"])], [], [Nets.Float("x", 2)], Nets.Float("y", 2))).Graph.Nodes);

    [Fact]
    public void A_name_used_by_a_subgraph_is_renamed_there_too()
    {
        var body = new Graph { Name = "body", Nodes = [Nets.Node("Relu", ["a"], ["inner"])], Outputs = [new ValueInfo { Name = "inner" }] };
        var model = Nets.Model([Nets.Node("Identity", ["x"], ["a"]), Nets.Node("If", ["p"], ["y"], NodeAttribute.Of("then_branch", body), NodeAttribute.Of("else_branch", body))],
            [], [Nets.Float("x", 2), ValueInfo.Of("p", ElementType.Bool)], Nets.Float("y", 2));
        var node = Assert.Single(Simplify.Run(model).Graph.Nodes);
        Assert.All(node.Subgraphs, g => Assert.Equal("x", g.Nodes[0].Inputs[0]));
    }

    [Fact]
    public void Shape_arithmetic_is_folded()
    {
        var model = ShapeInferenceTests.ReshapedByShape();
        model = model with { Graph = model.Graph with { Inputs = [Nets.Float("x", 5, 2, 4, 4)] } };
        var simple = Simplify.Run(model);
        Assert.Equal("Reshape", Assert.Single(simple.Graph.Nodes).OpType);
        Assert.Equal([5L, -1], simple.Graph.Initializers.Single().Int64s.ToArray());
    }

    [Fact]
    public void A_transposed_weight_is_folded_only_where_the_file_does_not_grow()
    {
        Node[] nodes = [Nets.Node("Transpose", ["w"], ["t"]), Nets.Node("MatMul", ["x", "t"], ["y"])];
        var alone = Nets.Model([.. nodes], [Nets.Random("w", 1, 30, 20)], [Nets.Float("x", 1, 20)], Nets.Float("y", 1, 30));
        Assert.Equal("MatMul", Assert.Single(Simplify.Run(alone).Graph.Nodes).OpType);

        var tied = alone with { Graph = alone.Graph with { Nodes = alone.Graph.Nodes.Add(Nets.Node("MatMul", ["y", "w"], ["z"])), Outputs = [Nets.Float("z", 1, 20)] } };
        Assert.Same(tied, Simplify.Run(tied));
    }

    [Fact]
    public void Half_float_constants_stay_half()
    {
        var model = Nets.Model([Nets.Node("Cast", ["h"], ["b"], NodeAttribute.Of("to", 1L)), Nets.Node("Add", ["x", "b"], ["y"])],
            [Tensor.Create("h", ElementType.Float16, [2], [(Half)1, (Half)2])], [Nets.Float("x", 1, 2)], Nets.Float("y", 1, 2));
        Assert.Same(model, Simplify.Run(model));
    }

    [Fact]
    public void Compressed_weights_stay_compressed()
    {
        var shared = WeightValuesTests.Shared();
        Assert.Same(shared, Simplify.Run(shared));

        var quantized = Nets.Model([Nets.Node("DequantizeLinear", ["q", "s"], ["w"]), Nets.Node("MatMul", ["x", "w"], ["y"])],
            [Tensor.Of("q", [2, 3], new byte[6]), Tensor.Of("s", [], [1f])], [Nets.Float("x", 1, 2)], Nets.Float("y", 1, 3));
        Assert.Same(quantized, Simplify.Run(quantized));
    }
}
