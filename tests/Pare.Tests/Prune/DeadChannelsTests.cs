using Pare.Onnx;
using Pare.Prune;
using Pare.Tests.Onnx;
using Xunit;

namespace Pare.Tests.Prune;

public sealed class DeadChannelsTests
{
    [Fact]
    public void A_neuron_that_no_input_reaches_goes_into_the_next_bias()
    {
        // Neuron 1 is relu(2) = 2 always; neuron 2 is relu(-1) = 0.
        var model = TwoLayers(first: [1, 1, 0, 0, 0, 0], firstBias: [0.5f, 2, -1], second: [1, 3, 5, 1, 4, 6], secondBias: [10, 20]);
        var result = DeadChannels.Remove(model);
        Assert.Equal([1, 1], result.Model.Floats("a.w"));
        Assert.Equal([1, 2], result.Model.Constant("a.w").Shape);
        Assert.Equal([0.5f], result.Model.Floats("a.b"));
        Assert.Equal([1, 1], result.Model.Floats("b.w"));
        Assert.Equal([2, 1], result.Model.Constant("b.w").Shape);
        Assert.Equal([16, 28], result.Model.Floats("b.b"));
        Assert.Equal([new ChannelChange("a", 3, 1)], result.Layers);
    }

    [Fact]
    public void Zero_columns_of_a_product_over_the_last_axis_are_no_channels()
    {
        // Column 0 of the product is 0 everywhere; channel 0 of the convolution before it is not.
        float[] product = [0, 1, 0, 1];
        var model = Nets.Model(
            [Nets.Node("Conv", ["x", "w1"], ["a"]), Nets.Node("MatMul", ["a", "p"], ["b"]), Nets.Node("Relu", ["b"], ["c"]), Nets.Node("Conv", ["c", "w2"], ["y"])],
            [Tensor.Of("w1", [2, 1, 1, 1], [1f, 2]), Tensor.Of("p", [2, 2], product), Tensor.Of("w2", [1, 2, 1, 1], [3f, 4])],
            [Nets.Float("x", 1, 1, 2, 2)], Nets.Float("y", 1, 1, 2, 2));
        Assert.Equal(2, DeadChannels.Remove(model).Model.Graph.Initializers.First(t => t.Name == "w1").Shape[0]);
    }

    [Fact]
    public void A_constant_is_not_folded_into_a_bias_that_differs_by_row()
    {
        var model = TwoLayers(first: [1, 1, 0, 0, 0, 0], firstBias: [0.5f, 2, -1], second: [1, 3, 5, 1, 4, 6], secondBias: [10, 20]);
        model = model with { Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor> { ["b.b"] = Tensor.Of("b.b", [1, 1], [10f]) }) };
        Assert.Equal([16, 18], DeadChannels.Remove(model).Model.Floats("b.b"));
        var rows = model with { Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor> { ["b.b"] = Tensor.Of("b.b", [3, 1], [1f, 2, 3]) }) };
        Assert.Equal([1f, 2, 3], DeadChannels.Remove(rows).Model.Floats("b.b"));
    }

    [Fact]
    public void A_neuron_that_no_later_layer_looks_at_goes()
    {
        var model = TwoLayers(first: [1, 2, 3, 4, 5, 6], firstBias: [1, 2, 3], second: [1, 0, 2, 3, 0, 4], secondBias: [1, 2]);
        var result = DeadChannels.Remove(model).Model;
        Assert.Equal([1, 2, 5, 6], result.Floats("a.w"));
        Assert.Equal([1, 3], result.Floats("a.b"));
        Assert.Equal([1, 2, 3, 4], result.Floats("b.w"));
        Assert.Equal([1, 2], result.Floats("b.b"));
    }

    [Fact]
    public void Death_spreads_backwards_and_forwards()
    {
        // c uses only b's first neuron, which is fed only by a's first.
        var model = Networks.Dense(("a", 2, 1, [1, 1]), ("b", 2, 2, [1, 0, 0, 1]), ("c", 1, 2, [1, 0]));
        var result = DeadChannels.Remove(model);
        Assert.Equal(["a", "b"], result.Layers.Select(l => l.Layer));
        Assert.All(result.Layers, l => Assert.Equal(1, l.After));
        // a's only source of b's second neuron is dead.
        model = Networks.Dense(("a", 2, 1, [1, 0]), ("b", 2, 2, [1, 0, 0, 1]), ("c", 1, 2, [1, 1]));
        Assert.Equal([new("a", 2, 1), new("b", 2, 1)], DeadChannels.Remove(model).Layers);
    }

    [Fact]
    public void A_layer_keeps_one_channel()
    {
        var model = Networks.Dense(("a", 2, 1, [0, 0]), ("b", 1, 2, [1, 1]));
        Assert.Equal([new("a", 2, 1)], DeadChannels.Remove(model).Layers);
    }

    [Fact]
    public void A_model_without_dead_channels_stays_the_same()
    {
        var model = Networks.Dense(("a", 2, 1, [1, 2]), ("b", 1, 2, [1, 1]));
        Assert.Same(model.Graph, DeadChannels.Remove(model).Model.Graph);
    }

    [Fact]
    public void Flatten_spreads_a_channel_over_its_places()
    {
        // Channel 0 of the convolution is 2 everywhere and feeds columns 0 and 1.
        var model = Networks.Of(
            [Networks.Op("Conv", "x,k,kb", "c"), Networks.Op("Flatten", "c", "f"), Networks.Gemm("fc", "f", "w", "", "y")],
            [Tensor.Of("k", [2, 1, 1, 1], [0f, 1]), Tensor.Of("kb", [2], [2f, 0]), Tensor.Of("w", [1, 4], [10f, 100, 1, 3])],
            [new(), 1, 1, 2], [new(), 1], "y");
        var result = DeadChannels.Remove(model).Model;
        Assert.Equal([1, 3], result.Floats("w"));
        Assert.Equal([220], result.Floats(result.Graph.Nodes[2].Inputs[2]));
    }

    [Theory]
    [InlineData(0, 5, true)]
    [InlineData(1, 5, false)]
    [InlineData(1, -3, true)]
    public void Padding_keeps_a_constant_that_is_not_zero(long pad, float bias, bool goes)
    {
        var model = Networks.Of(
            [Networks.Op("Conv", "x,k,kb", "c"), Networks.Op("Relu", "c", "r"), Networks.Op("Conv", "r,w", "y", NodeAttribute.Of("pads", pad, pad, pad, pad))],
            [Tensor.Of("k", [2, 1, 1, 1], [0f, 1]), Tensor.Of("kb", [2], [bias, 0f]), Tensor.Of("w", [1, 2, 3, 3], [.. Enumerable.Repeat(1f, 18)])],
            [new(), 1, 5, 5], [new(), 1, new(), new()], "y");
        Assert.Equal(goes ? 1 : 2, DeadChannels.Remove(model).Model.Constant("k").Shape[0]);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1, 2, false)]
    [InlineData(0, 2, true)]
    public void Average_pools_that_count_their_padding_change_a_constant_at_the_border(long countsPadding, float bias, bool goes)
    {
        var pool = Networks.Op("AveragePool", "a", "p", NodeAttribute.Of("kernel_shape", 3L, 3L), NodeAttribute.Of("pads", 1L, 1, 1, 1), NodeAttribute.Of("count_include_pad", countsPadding));
        var model = Networks.Of(
            [Networks.Op("Conv", "x,k,kb", "a"), pool, Networks.Op("Conv", "p,w", "y")],
            [Tensor.Of("k", [2, 1, 1, 1], [0f, 1]), Tensor.Of("kb", [2], [bias, 0f]), Tensor.Of("w", [1, 2, 1, 1], [1f, 1])],
            [new(), 1, 5, 5], [new(), 1, new(), new()], "y");
        Assert.Equal(goes ? 1 : 2, DeadChannels.Remove(model).Model.Constant("k").Shape[0]);
    }

    [Fact]
    public void Channels_go_through_a_depthwise_convolution()
    {
        var model = Networks.Of(
            [Networks.Op("Conv", "x,k", "a"), Networks.Op("Conv", "a,w", "b", NodeAttribute.Of("group", 2L)), Networks.Op("Conv", "b,v", "y")],
            [Tensor.Of("k", [2, 1, 1, 1], [0f, 1]), Tensor.Of("w", [2, 1, 1, 1], [0f, 1]), Tensor.Of("v", [1, 2, 1, 1], [1f, 1])],
            [new(), 1, 1, 1], [new(), 1, 1, 1], "y");
        var result = DeadChannels.Remove(model);
        Assert.Equal([new("a", 2, 1), new("b", 2, 1)], result.Layers);
        Assert.Equal([1f], result.Model.Floats("w"));
        Assert.Equal(1, result.Model.Graph.Nodes[1].Int("group", 1));
    }

    [Theory]
    [InlineData(32, 3, 32)]
    [InlineData(32, 17, 16)]
    [InlineData(24, 9, 16)]
    [InlineData(7, 3, 4)]
    public void A_depthwise_convolution_keeps_whole_blocks(int channels, int dead, int left)
    {
        float[] Live(float value) => [.. Enumerable.Range(0, channels).Select(i => i < dead ? 0 : value)];
        var model = Networks.Of(
            [Networks.Op("Conv", "x,k", "a"), Networks.Op("Conv", "a,w", "b", NodeAttribute.Of("group", (long)channels)), Networks.Op("Conv", "b,v", "y")],
            [Tensor.Of("k", [channels, 1, 1, 1], Live(2)), Tensor.Of("w", [channels, 1, 1, 1], Live(3)), Tensor.Of("v", [1, channels, 1, 1], Live(1))],
            [new(), 1, 1, 1], [new(), 1, 1, 1], "y");
        var result = DeadChannels.Remove(model);
        var w = result.Model.Floats("w");
        Assert.Equal((left, channels - dead), (w.Length, w.Count(v => v != 0)));
    }

    [Fact]
    public void Channels_that_both_sides_of_a_sum_do_without_go()
    {
        var model = Networks.Of(
            [Networks.Op("Conv", "x,k", "a"), Networks.Op("Conv", "a,l", "b"), Networks.Op("Add", "a,b", "s"), Networks.Op("Conv", "s,w", "y")],
            [Tensor.Of("k", [2, 1, 1, 1], [1f, 1]), Tensor.Of("l", [2, 2, 1, 1], [1f, 0, 1, 0]), Tensor.Of("w", [1, 2, 1, 1], [1f, 0])],
            [new(), 1, 1, 1], [new(), 1, 1, 1], "y");
        Assert.Equal([new("a", 2, 1), new("b", 2, 1)], DeadChannels.Remove(model).Layers);
    }

    [Fact]
    public void A_shared_bias_that_takes_up_a_constant_becomes_dense()
    {
        var form = SharedWeight.Form("b.b", [2], [0, 7], [0, 1], opset: 17);
        var model = TwoLayers(first: [1, 1, 0, 0], firstBias: [0, 2], second: [1, 3, 1, 4], secondBias: [0, 7]);
        var shared = WeightForm.Replace(model, new Dictionary<string, WeightForm> { ["b.b"] = form });
        var result = DeadChannels.Remove(shared).Model;
        Assert.Equal([6, 15], result.Floats("b.b"));
        Assert.Equal(3, result.Graph.Nodes.Length);
        Assert.Equal(4, result.Graph.Initializers.Length);
    }

    [Fact]
    public void Concatenated_channels_are_told_apart()
    {
        var model = Networks.Of(
            [
                Networks.Op("Conv", "x,k", "a"), Networks.Op("Conv", "x,l", "b"), Networks.Op("Concat", "a,b", "ab", NodeAttribute.Of("axis", 1L)),
                Networks.Op("Conv", "ab,w", "y"),
            ],
            [Tensor.Of("k", [2, 1, 1, 1], [1f, 1]), Tensor.Of("l", [2, 1, 1, 1], [0f, 1]), Tensor.Of("w", [1, 4, 1, 1], [1f, 2, 3, 4])],
            [new(), 1, 1, 1], [new(), 1, 1, 1], "y");
        var result = DeadChannels.Remove(model);
        Assert.Equal([new("b", 2, 1)], result.Layers);
        Assert.Equal([1, 2, 4], result.Model.Floats("w"));
    }

    [Fact]
    public void What_reaches_a_sum_or_an_output_stays()
    {
        var sum = Networks.Of(
            [Networks.Op("Conv", "x,k", "a"), Networks.Op("Add", "a,x", "s"), Networks.Op("Conv", "s,w", "y")],
            [Tensor.Of("k", [2, 2, 1, 1], [0f, 0, 1, 1]), Tensor.Of("w", [1, 2, 1, 1], [1f, 1])],
            [new(), 2, 1, 1], [new(), 1, 1, 1], "y");
        Assert.Empty(DeadChannels.Remove(sum).Layers);
        var model = Networks.Dense(("a", 2, 1, [1, 0]), ("b", 1, 2, [1, 1]));
        var seen = model with { Graph = model.Graph with { Outputs = [ValueInfo.Of("a.y", ElementType.Float, new(), 2), ValueInfo.Of("b.y", ElementType.Float, new(), 1)] } };
        Assert.Empty(DeadChannels.Remove(seen).Layers);
    }

    [Fact]
    public void Channels_that_one_of_two_consumers_needs_stay()
    {
        var model = Networks.Of(
            [Networks.Gemm("a", "x", "w", "", "h"), Networks.Gemm("b", "h", "v", "", "p"), Networks.Gemm("c", "h", "u", "", "q"), Networks.Op("Add", "p,q", "y")],
            [Tensor.Of("w", [3, 1], [1f, 2, 3]), Tensor.Of("v", [1, 3], [1f, 0, 0]), Tensor.Of("u", [1, 3], [0f, 1, 0])], [new(), 1], [new(), 1], "y");
        Assert.Equal([1, 2], DeadChannels.Remove(model).Model.Floats("w"));
    }

    [Fact]
    public void Weights_that_two_layers_share_stay()
    {
        var model = Networks.Of(
            [Networks.Gemm("a", "x", "w", "", "h"), Networks.Gemm("b", "h", "w", "", "y")],
            [Tensor.Of("w", [2, 2], [1f, 1, 0, 0])], [new(), 2], [new(), 2], "y");
        Assert.Empty(DeadChannels.Remove(model).Layers);
    }

    [Fact]
    public void Shared_weights_lose_codes()
    {
        var shared = Networks.Shared(2, 2, [1, 2, 0, 0], [0, 5, 6]);
        var model = shared with
        {
            Graph = shared.Graph with
            {
                Nodes = shared.Graph.Nodes.Add(Networks.Gemm("out", "y", "v", "", "z")),
                Initializers = shared.Graph.Initializers.Add(Tensor.Of("v", [1, 2], [1f, 1])),
                Outputs = [ValueInfo.Of("z", ElementType.Float, 1, 1)],
            },
        };
        var result = DeadChannels.Remove(model).Model;
        Assert.Equal([1, 2], result.Constant("codes").Data.ToArray());
        Assert.Equal([1, 2], result.Constant("codes").Shape);
    }

    [Fact]
    public void Shapes_the_file_told_of_changed_values_go()
    {
        var model = TwoLayers(first: [1, 1, 0, 0, 0, 0], firstBias: [0, 0, 0], second: [1, 1, 1, 1, 1, 1], secondBias: [0, 0]);
        var told = model with { Graph = model.Graph with { Values = [ValueInfo.Of("h", ElementType.Float, 1, 3), ValueInfo.Of("other", ElementType.Float, 1)] } };
        Assert.Equal(["other"], DeadChannels.Remove(told).Model.Graph.Values.Select(v => v.Name));
    }

    private static Model TwoLayers(float[] first, float[] firstBias, float[] second, float[] secondBias) => Networks.Of(
        [Networks.Gemm("a", "x", "a.w", "a.b", "h"), Networks.Op("Relu", "h", "r"), Networks.Gemm("b", "r", "b.w", "b.b", "y")],
        [
            Tensor.Of("a.w", [firstBias.Length, first.Length / firstBias.Length], first), Tensor.Of("a.b", [firstBias.Length], firstBias),
            Tensor.Of("b.w", [secondBias.Length, firstBias.Length], second), Tensor.Of("b.b", [secondBias.Length], secondBias),
        ],
        [new(), first.Length / firstBias.Length], [new(), secondBias.Length], "y");
}
