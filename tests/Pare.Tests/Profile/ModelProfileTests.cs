using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Profile;
using Pare.Recipes;
using Pare.Tests.Onnx;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Profile;

public sealed class ModelProfileTests
{
    [Theory]
    [InlineData("lenet-300-100", 266_610, 0.2662)]
    [InlineData("lenet5", 431_080, 2.293)]
    [InlineData("squeezenet1.0", 1_248_424, 861.3)]
    [InlineData("squeezenet1.1", 1_235_496, 387.7)]
    public void Networks_cost_what_their_papers_say(string name, long parameters, double millionMacs)
    {
        var profile = ModelProfile.Of(ModelZoo.Build(name));
        Assert.Equal(parameters, profile.Parameters);
        Assert.Equal(4 * parameters, profile.WeightBytes);
        Assert.Equal(4 * parameters, profile.StoredBytes);
        // The papers' table has one decimal.
        Assert.Equal(millionMacs, profile.Macs / 1e6, 0.05);
        Assert.Empty(profile.Uncounted);
    }

    [Fact]
    public void Stated_shapes_hold_where_an_operator_is_unknown_and_inputs_stay()
    {
        var model = Nets.Model(
            [new Node { OpType = "Mystery", Domain = "own", Name = "m", Inputs = ["x"], Outputs = ["h"] }, Nets.Node("Gemm", ["h", "w"], ["y"])],
            [Nets.Random("w", 1, 8, 4)], [Nets.Float("x", 1, 3)], Nets.Float("y", 1, 4));
        model = model with { Graph = model.Graph with { Values = [Nets.Float("h", 1, 8)] }, Opsets = [new("", 17), new("own", 1)] };
        Assert.Equal(32, ModelProfile.Of(model).Nodes.Single(n => n.OpType == "Gemm").Macs);
    }

    [Fact]
    public void A_weight_behind_very_many_nodes_is_counted()
    {
        Node[] chain = [.. Enumerable.Range(0, 100_000).Select(i => new Node { OpType = "Identity", Inputs = [$"w{i}"], Outputs = [$"w{i + 1}"] })];
        var model = Nets.Model([.. chain, Nets.Node("MatMul", ["x", "w100000"], ["y"])], [Nets.Random("w0", 1, 4, 4)], [Nets.Float("x", 1, 4)], Nets.Float("y", 1, 4));
        Assert.Equal(64, ModelProfile.Of(model).Nodes.Single(n => n.OpType == "MatMul").StoredBytes);
    }

    [Fact]
    public void Weights_in_a_form_that_cannot_be_evaluated_make_no_layer()
    {
        var codes = new Tensor { Name = "q", Type = ElementType.Float8E4M3FN, Shape = [4, 4], Data = new byte[16] };
        var model = Nets.Model([Nets.Node("DequantizeLinear", ["q", "s"], ["w"]), Nets.Node("MatMul", ["x", "w"], ["y"])], [codes, Tensor.Of("s", [], [1f])], [Nets.Float("x", 1, 4)], Nets.Float("y", 1, 4));
        model = model with { Opsets = [new("", 19)], IrVersion = 9 };
        Assert.Empty(Layer.Of(new GraphIndex(model.Graph)));
        Assert.Equal(16, ModelProfile.Of(model).Macs);
    }

    [Fact]
    public void Expressions_that_share_parts_are_looked_at_once()
    {
        Node[] wide = [.. Enumerable.Range(0, 8).SelectMany(level => Enumerable.Range(0, 50).Select(i =>
            new Node { OpType = "Concat", Inputs = [.. Enumerable.Range(0, 50).Select(k => level == 0 ? "c" : $"c{level - 1}.{k}")], Outputs = [$"c{level}.{i}"], Attributes = [NodeAttribute.Of("axis", 0L)] }))];
        var model = Nets.Model([.. wide, Nets.Node("MatMul", ["x", "c7.0"], ["y"])], [Tensor.Of("c", [0], Array.Empty<float>())], [Nets.Float("x", 1, 4)], new ValueInfo { Name = "y" });
        Assert.Single(Layer.Of(new GraphIndex(model.Graph)));
    }

    [Fact]
    public void A_node_has_its_own_share_of_the_costs()
    {
        var conv = ModelProfile.Of(ModelZoo.Build("lenet5")).Nodes.Single(n => n.Name == "conv2");
        Assert.Equal(("Conv", 25_050, 50L * 8 * 8 * 20 * 25, 4 * 25_050), (conv.OpType, conv.Parameters, conv.Macs, conv.StoredBytes));
        Assert.Equal("1,50,8,8", string.Join(',', conv.OutputShape!.Value));
        Assert.Equal(25_000, conv.Weights!.Count);
        Assert.Equal(1, conv.Weights.Kept);
    }

    [Fact]
    public void Shared_weights_count_as_the_weights_they_stand_for()
    {
        var dense = ModelZoo.Build("lenet5");
        var codes = new byte[25_000];
        for (var i = 0; i < 5_000; i++) codes[i] = (byte)(1 + i % 3);
        var profile = ModelProfile.Of(WeightForm.Replace(dense, new Dictionary<string, WeightForm>
        {
            ["conv2.weight"] = SharedWeight.Form("conv2.weight", [50, 20, 5, 5], [0, 1, 2, 3], codes, 17),
        }));
        var conv = profile.Nodes.Single(n => n.Name == "conv2");
        Assert.Equal(25_050, conv.Parameters);
        Assert.Equal(25_000 + 4 * 4 + 4 * 50, conv.StoredBytes);
        Assert.Equal(new WeightProfile(25_000, 5_000, 4), conv.Weights);
        Assert.Equal(0.2, conv.Weights!.Kept);
        Assert.Equal(431_080, profile.Parameters);
        Assert.DoesNotContain(profile.Nodes, n => n.OpType is "Gather" or "Cast");
    }

    [Fact]
    public void Quantized_weights_count_as_the_weights_they_stand_for()
    {
        var net = new GraphBuilder();
        var model = net.Build("n", net.Input(1, 2, 2).Dense("ip1", 3));
        model = WeightForm.Replace(model, new Dictionary<string, WeightForm>
        {
            ["ip1.weight"] = new([Tensor.Create("q", ElementType.Int8, [3, 4], (sbyte[])[0, 1, 0, 2, 3, -3, 0, 0, 0, 0, 0, 0]), Tensor.Of("scale", [], [0.5f])],
                [new Node { OpType = "DequantizeLinear", Inputs = ["q", "scale"], Outputs = ["ip1.weight"] }]),
        });
        var dense = ModelProfile.Of(model).Nodes.Single(n => n.Name == "ip1");
        Assert.Equal((15, 12 + 4 + 12, 12L), (dense.Parameters, dense.StoredBytes, dense.Macs));
        Assert.Equal(new WeightProfile(12, 4, 5) { Codes = 5 }, dense.Weights);
    }

    [Fact]
    public void Running_statistics_are_no_parameters_and_depthwise_work_is_counted_by_group()
    {
        var net = new GraphBuilder();
        var x = net.Input(4, 6, 6).Conv("dw", 4, 3, pad: 1, groups: 4, bias: false).BatchNorm("bn");
        var profile = ModelProfile.Of(net.Build("n", x.Add(x)));
        Assert.Equal(4 * 9 + 2 * 4, profile.Parameters);
        Assert.Equal(4 * 36 * 9, profile.Macs);
    }

    [Fact]
    public void A_weight_that_two_layers_use_counts_once()
    {
        var net = new GraphBuilder();
        var model = net.Build("n", net.Input(1, 2, 2).Dense("a", 4).Dense("b", 4));
        model = model with
        {
            Graph = model.Graph with { Nodes = [.. model.Graph.Nodes.Select(n => n.Inputs.Contains("b.weight") ? n with { Inputs = [n.Inputs[0], "a.weight", n.Inputs[2]] } : n)] },
        };
        Assert.Equal(16 + 4 + 4, ModelProfile.Of(model).Parameters);
        Assert.Equal(32, ModelProfile.Of(model).Macs);
    }

    [Fact]
    public void The_batch_can_be_given()
    {
        var model = ModelZoo.Build("lenet-300-100");
        var shapes = new Dictionary<string, ImmutableArray<Dimension>> { ["input"] = [8, 1, 28, 28] };
        Assert.Equal(8 * 266_200, ModelProfile.Of(model, shapes).Macs);
    }

    // A spectral norm that was not folded.
    [Fact]
    public void A_weight_that_is_worked_out_by_operators_without_a_kernel_is_no_obstacle()
    {
        var model = Nets.Model(
            [Nets.Node("ReduceL2", ["w"], ["n"]), Nets.Node("Div", ["w", "n"], ["v"]), Nets.Node("MatMul", ["x", "v"], ["y"])],
            [Nets.Random("w", 1, 4, 3)], [Nets.Float("x", new Dimension(null, "N"), 4)], Nets.Float("y", new Dimension(null, "N"), 3));
        Assert.Equal(12, ModelProfile.Of(model).Macs);
        Assert.Equal(0, WeightCount.All(model));
    }

    [Fact]
    public void What_cannot_be_counted_is_named()
    {
        var model = ModelZoo.Build("lenet-300-100");
        var unknown = new Node { OpType = "Mystery", Domain = "com.example", Inputs = ["input"], Outputs = ["odd"] };
        var profile = ModelProfile.Of(model with
        {
            Graph = model.Graph with { Nodes = [unknown, .. model.Graph.Nodes.Select(n => n.Inputs.Contains("input") ? n with { Inputs = n.Inputs.Replace("input", "odd") } : n)] },
        });
        Assert.Contains("Mystery 'odd'", profile.Uncounted);
        Assert.Equal(266_610, profile.Parameters);
        Assert.Null(profile.PeakActivationBytes);
    }

    [Theory]
    [InlineData("squeezenet1.1")]
    [InlineData("shufflenet-g3")]
    [InlineData("resnet20")]
    public void The_nodes_work_adds_up_to_the_total(string name)
    {
        var profile = ModelProfile.Of(ModelZoo.Build(name));
        Assert.Equal(profile.Macs, profile.Nodes.Sum(n => n.Macs!.Value));
    }

    [Fact]
    public void Peak_memory_is_where_most_values_are_needed_at_once()
    {
        var net = new GraphBuilder();
        // 16 in; conv makes 32; pooling makes 8; the sum of conv and itself needs 32 + 32.
        var conv = net.Input(1, 4, 4).Conv("conv1", 2, 1);
        Assert.Equal(4 * (32 + 32), ModelProfile.Of(net.Build("n", conv.Add(conv).MaxPool(2))).PeakActivationBytes);
    }

    [Fact]
    public void A_weight_that_is_also_used_transposed_counts_once()
    {
        var model = Nets.Model(
            [Nets.Node("Gather", ["w", "x"], ["e"]), Nets.Node("Transpose", ["w"], ["t"]), Nets.Node("MatMul", ["e", "t"], ["y"])],
            [Nets.Random("w", 1, 64, 16)], [ValueInfo.Of("x", ElementType.Int64, 5)], Nets.Float("y", 5, 64));
        Assert.Equal(64 * 16, ModelProfile.Of(model).Parameters);
    }

    [Fact]
    public void A_shape_that_no_machine_holds_is_not_counted()
    {
        var model = Nets.Model([Nets.Node("Conv", ["x", "w"], ["y"])], [Nets.Random("w", 1, 4, 3, 1, 1)], [Nets.Float("x", 1, 3, 4_000_000_000, 4_000_000_000)], Nets.Float("y", 1, 4, 4_000_000_000, 4_000_000_000));
        Assert.Single(ModelProfile.Of(model).Uncounted);
    }
}
