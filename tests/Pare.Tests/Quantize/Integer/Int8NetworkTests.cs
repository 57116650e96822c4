using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Quantize.Integer;
using Pare.Tests.Onnx;
using Xunit;

namespace Pare.Tests.Quantize.Integer;

public class Int8NetworkTests
{
    private static readonly Dimension Batch = new(null, "N");

    [Fact]
    public void Batch_norm_is_folded_and_a_relu_vanishes_into_the_codes()
    {
        var result = Write(Int8Network.Prepare(Nets.Small(), new Int8Options()));
        Assert.DoesNotContain(result.Model.Graph.Nodes, n => n.OpType is "BatchNormalization" or "Relu");
        Assert.Equal([true, true], result.Layers.Select(l => l.IsInteger));
        GraphSpec.Verify(result.Model);
    }

    [Fact]
    public void A_convolution_has_codes_on_all_sides()
    {
        var graph = Write(Int8Network.Prepare(Nets.Small(), new Int8Options())).Model.Graph;
        var index = new GraphIndex(graph);
        var conv = graph.Nodes.Single(n => n.Is("Conv"));
        Assert.All(conv.Inputs, i => Assert.Equal("DequantizeLinear", index.Producer(i)!.OpType));
        Assert.Equal(["QuantizeLinear"], index.Consumers(conv.Outputs[0]).Select(n => n.OpType));
        var weight = index.Producer(conv.Inputs[1])!;
        Assert.Equal((ElementType.Int8, 0L), (index.Constant(weight.Inputs[0])!.Type, weight.Int("axis", 1)));
        var (scale, input) = (index.Constant(weight.Inputs[1])!, index.Constant(index.Producer(conv.Inputs[0])!.Inputs[1])!);
        var bias = index.Producer(conv.Inputs[2])!;
        Assert.Equal(ElementType.Int32, index.Constant(bias.Inputs[0])!.Type);
        Assert.Equal(scale.Floats.ToArray().Select(s => s * input.Floats[0]), index.Constant(bias.Inputs[1])!.Floats.ToArray());
    }

    [Fact]
    public void A_gemm_has_alpha_and_beta_written_out_and_folded()
    {
        var model = Small(Nets.Node("Gemm", ["x", "w", "b"], ["y"], NodeAttribute.Of("alpha", 0.5f), NodeAttribute.Of("beta", 2f)));
        var gemm = Write(Int8Network.Prepare(model, new Int8Options())).Model.Graph.Nodes.Single(n => n.Is("Gemm"));
        Assert.Equal((1f, 1f), (gemm.Float("alpha", 0), gemm.Float("beta", 0)));
    }

    [Fact]
    public void A_bias_too_large_for_32_bits_raises_the_weights_scale()
    {
        var model = Small(Nets.Node("Gemm", ["x", "w", "b"], ["y"]), Tensor.Of("w", [4, 3], [.. Enumerable.Repeat(1e-9f, 12)]), Tensor.Of("b", [3], [1e6f, 1, -1e6f]));
        var index = new GraphIndex(Write(Int8Network.Prepare(model, new Int8Options { CorrectBiases = false })).Model.Graph);
        var gemm = index.Graph.Nodes.Single(n => n.Is("Gemm"));
        var bias = WeightValues.Dense(index, gemm.Inputs[2]);
        Assert.Equal(1e6f, bias[0], 1f);
        Assert.Equal(-1e6f, bias[2], 1f);
    }

    [Fact]
    public void What_only_moves_elements_keeps_the_scale()
    {
        var graph = Write(Int8Network.Prepare(Nets.Small(), new Int8Options())).Model.Graph;
        var index = new GraphIndex(graph);
        var flatten = graph.Nodes.Single(n => n.Is("Reshape"));
        var (before, after) = (index.Producer(flatten.Inputs[0])!, index.Consumers(flatten.Outputs[0]).Single());
        Assert.Equal(index.Constant(before.Inputs[1])!.Floats.ToArray(), index.Constant(after.Inputs[1])!.Floats.ToArray());
    }

    [Fact]
    public void Padding_and_slicing_work_on_the_codes()
    {
        var model = Nets.Model(
            [
                Nets.Node("Conv", ["x", "w"], ["h"]), Nets.Node("Slice", ["h", "zero", "two", "axis"], ["s"]), Nets.Node("Pad", ["s", "pads"], ["p"]), Nets.Node("Conv", ["p", "v"], ["y"]),
            ],
            [
                Nets.Random("w", 1, 4, 2, 1, 1), Nets.Random("v", 2, 3, 4, 1, 1), Tensor.Of("zero", [1], [0L]), Tensor.Of("two", [1], [2L]), Tensor.Of("axis", [1], [2L]), Tensor.Of("pads", [8], [0L, 0, 1, 1, 0, 0, 1, 1]),
            ],
            [Nets.Float("x", Batch, 2, 5, 5)], Nets.Float("y", Batch, 3, 4, 7));
        var graph = Write(Int8Network.Prepare(model, new Int8Options())).Model.Graph;
        var index = new GraphIndex(graph);
        var pad = graph.Nodes.Single(n => n.Is("Pad"));
        Assert.Equal(ElementType.UInt8, index.Constant(pad.Inputs[2])!.Type);
        Assert.Equal("Slice", index.Producer(pad.Inputs[0])!.OpType);
        Assert.Equal("QuantizeLinear", index.Producer(index.Producer(pad.Inputs[0])!.Inputs[0])!.OpType);
    }

    [Fact]
    public void Inputs_outputs_and_metadata_stay()
    {
        var model = Nets.Small().WithMetadata("key", "value");
        var made = Write(Int8Network.Prepare(model, new Int8Options())).Model;
        Assert.Equal(model.Graph.Inputs, made.Graph.Inputs);
        Assert.Equal(model.Graph.Outputs, made.Graph.Outputs);
        Assert.Equal("value", made.MetadataValue("key"));
    }

    [Fact]
    public void Excluded_layers_stay_float_and_say_so()
    {
        var result = Write(Int8Network.Prepare(Nets.Small(), new Int8Options { Exclude = ["Gemm*"] }));
        Assert.Equal([null, "excluded"], result.Layers.Select(l => l.Reason));
    }

    [Fact]
    public void Layers_that_share_a_weight_share_its_codes()
    {
        var model = Nets.Model(
            [Nets.Node("MatMul", ["x", "w"], ["h"]), Nets.Node("Relu", ["h"], ["r"]), Nets.Node("MatMul", ["r", "w"], ["y"])],
            [Nets.Random("w", 1, 4, 4)], [Nets.Float("x", Batch, 4)], Nets.Float("y", Batch, 4));
        var graph = Write(Int8Network.Prepare(model, new Int8Options())).Model.Graph;
        Assert.Single(graph.Initializers, t => t.Type == ElementType.Int8 && t.Shape.Length == 2);
        Assert.All(graph.Nodes.Where(n => n.Is("MatMul")), n => Assert.Equal("w.int8", n.Inputs[1]));
    }

    [Fact]
    public void Signed_activations_have_zero_point_zero_on_both_sides_of_zero()
    {
        var graph = Write(Int8Network.Prepare(Nets.Small(), new Int8Options { SignedActivations = true })).Model.Graph;
        var index = new GraphIndex(graph);
        var input = index.Consumers("x").Single();
        Assert.Equal((ElementType.Int8, (byte)0), (index.Constant(input.Inputs[2])!.Type, index.Constant(input.Inputs[2])!.Data.Span[0]));
    }

    [Theory]
    [InlineData(7, 13)]
    [InlineData(17, 17)]
    public void An_old_opset_is_raised(long from, long to)
    {
        var small = Nets.Small() with { Opsets = [new("", from)] };
        Assert.Equal(to, Write(Int8Network.Prepare(small, new Int8Options())).Model.OpsetVersion);
    }

    [Fact]
    public void An_opset_that_cannot_be_raised_says_why()
    {
        var model = Small(Nets.Node("Gemm", ["x", "w", "b"], ["h"])) with { Opsets = [new("", 11)] };
        model = model with { Graph = model.Graph with { Nodes = model.Graph.Nodes.Add(Nets.Node("Bernoulli", ["h"], ["y"])) } };
        Assert.Contains("Bernoulli", Assert.Throws<BadInputException>(() => Int8Network.Prepare(model, new Int8Options())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_layers_is_refused()
    {
        var model = Nets.Model([Nets.Node("Relu", ["x"], ["y"])], [], [Nets.Float("x", Batch, 4)], Nets.Float("y", Batch, 4));
        Assert.Contains("no layers", Assert.Throws<BadInputException>(() => Int8Network.Prepare(model, new Int8Options())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equalization_makes_the_channels_of_neighbours_alike()
    {
        var first = Nets.Random("w1", 1, 4, 2, 1, 1);
        var model = Nets.Model(
            [Nets.Node("Conv", ["x", "w1"], ["h"]), Nets.Node("Relu", ["h"], ["r"]), Nets.Node("Conv", ["r", "w2"], ["y"])],
            [Tensor.Of("w1", [4, 2, 1, 1], [.. first.Floats.ToArray().Select((v, i) => i < 2 ? 100 * v : v)]), Nets.Random("w2", 2, 3, 4, 1, 1)],
            [Nets.Float("x", Batch, 2, 5, 5)], Nets.Float("y", Batch, 3, 5, 5));
        var network = Int8Network.Prepare(model, new Int8Options { Equalize = true });
        var (w1, w2) = (Values(network.Float, "w1"), Values(network.Float, "w2"));
        for (var c = 0; c < 4; c++)
            Assert.Equal(Enumerable.Range(0, 2).Max(i => Math.Abs(w1[2 * c + i])), Enumerable.Range(0, 3).Max(o => Math.Abs(w2[4 * o + c])), 1e-3f);
    }

    [Fact]
    public void Equalization_takes_the_bound_off_a_ReLU6_between_convolutions()
    {
        var model = Nets.Model(
            [Nets.Node("Conv", ["x", "w1"], ["h"]), Nets.Node("Clip", ["h", "low", "high"], ["r"]), Nets.Node("Conv", ["r", "w2"], ["s"]), Nets.Node("Clip", ["s", "low", "high"], ["y"])],
            [Nets.Random("w1", 1, 4, 2, 1, 1), Nets.Random("w2", 2, 3, 4, 1, 1), Tensor.Of("low", [], [0f]), Tensor.Of("high", [], [6f])],
            [Nets.Float("x", Batch, 2, 5, 5)], Nets.Float("y", Batch, 3, 5, 5));
        Assert.Equal(["Conv", "Relu", "Conv", "Clip"], Int8Network.Prepare(model, new Int8Options { Equalize = true }).Float.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal(["Conv", "Clip", "Conv", "Clip"], Int8Network.Prepare(model, new Int8Options()).Float.Graph.Nodes.Select(n => n.OpType));
    }

    [Fact]
    public void A_layer_of_a_constant_input_stays_float_and_says_so()
    {
        var model = Nets.Model(
            [Nets.Node("MatMul", ["table", "w"], ["t"]), Nets.Node("MatMul", ["x", "v"], ["h"]), Nets.Node("Add", ["h", "t"], ["y"])],
            [Nets.Random("table", 1, 1, 4), Nets.Random("w", 2, 4, 3), Nets.Random("v", 3, 4, 3)], [Nets.Float("x", Batch, 4)], Nets.Float("y", Batch, 3));
        Assert.Equal(["its input is constant", null], Write(Int8Network.Prepare(model, new Int8Options())).Layers.Select(l => l.Reason));
    }

    [Fact]
    public void The_first_and_the_last_layer_stay_those_of_the_whole_network()
    {
        var model = Nets.Model(
            [Nets.Node("MatMul", ["x", "a"], ["p"]), Nets.Node("Relu", ["p"], ["q"]), Nets.Node("MatMul", ["q", "b"], ["r"]), Nets.Node("Relu", ["r"], ["s"]), Nets.Node("MatMul", ["s", "c"], ["y"])],
            [Nets.Random("a", 1, 16, 16), Nets.Random("b", 2, 16, 16), Nets.Random("c", 3, 16, 16)], [Nets.Float("x", Batch, 16)], Nets.Float("y", Batch, 16));
        var network = Int8Network.Prepare(model, new Int8Options { WeightBits = 4, EdgeBits = 8, Rounding = RoundingMethod.Gptq });
        var seen = Seen(network) with { Moments = network.Layers.ToDictionary(l => l, _ => Moments(16)) };
        network.Write(seen);
        var alone = network.Write(seen, new Dictionary<string, string> { ["p"] = "", ["y"] = "" });
        Assert.InRange(alone.Model.Graph.Initializers.Single(t => t.Name == "b.int8.codes").Data.ToArray().Max(b => Math.Abs((sbyte)b)), 4, 8);
        Assert.InRange(alone.Layers[1].Error, 0.01, 0.2);
    }

    [Fact]
    public void Layers_that_scale_one_weight_differently_do_not_share_its_codes()
    {
        var model = Nets.Model(
            [Nets.Node("Gemm", ["x", "w"], ["h"]), Nets.Node("Relu", ["h"], ["r"]), Nets.Node("Gemm", ["r", "w"], ["y"], NodeAttribute.Of("alpha", 0.5f))],
            [Nets.Random("w", 1, 4, 4)], [Nets.Float("x", Batch, 4)], Nets.Float("y", Batch, 4));
        var result = Write(Int8Network.Prepare(model, new Int8Options()));
        Assert.Equal([true, false], result.Layers.Select(l => l.IsInteger));
        Assert.Equal(0.5f, result.Model.Graph.Nodes.Last(n => n.Is("Gemm")).Float("alpha", 1));
    }

    [Theory]
    [InlineData(0, 6, false, false)]
    [InlineData(1, 6, false, true)]
    [InlineData(-1, 6, false, false)]
    [InlineData(-1, 6, true, true)]
    [InlineData(0, 6, true, false)]
    public void A_clip_vanishes_only_where_codes_end_where_it_does(float min, float max, bool signed, bool stays)
    {
        var model = Nets.Model(
            [Nets.Node("Conv", ["x", "w"], ["h"]), Nets.Node("Clip", ["h", "min", "max"], ["r"]), Nets.Node("Conv", ["r", "v"], ["y"])],
            [Nets.Random("w", 1, 4, 2, 1, 1), Nets.Random("v", 2, 3, 4, 1, 1), Tensor.Of("min", [], [min]), Tensor.Of("max", [], [max])], [Nets.Float("x", Batch, 2, 5, 5)], Nets.Float("y", Batch, 3, 5, 5));
        Assert.Equal(stays, Write(Int8Network.Prepare(model, new Int8Options { SignedActivations = signed })).Model.Graph.Nodes.Any(n => n.Is("Clip")));
    }

    [Fact]
    public void A_relu_that_never_fired_still_holds_back_what_is_below_zero_in_signed_codes()
    {
        var network = Int8Network.Prepare(Nets.Small(), new Int8Options { SignedActivations = true });
        var seen = new Calibration(network.Observed.ToDictionary(v => v, v => new RangeRecord(v, 0, v == "r" ? 0 : 4, 0, 4) { Histogram = Filled(0, v == "r" ? 0 : 4) }));
        var index = new GraphIndex(network.Write(seen).Model.Graph);
        var codes = index.Consumers(index.Graph.Nodes.Single(n => n.Is("Conv")).Outputs[0]).Single();
        Assert.Equal(unchecked((byte)sbyte.MinValue), index.Constant(codes.Inputs[2])!.Data.Span[0]);
    }

    private static float[] Values(Model model, string name) => model.Graph.Initializers.First(t => t.Name == name).Floats.ToArray();

    private static Model Small(Node node, Tensor? weight = null, Tensor? bias = null) =>
        Nets.Model([node], [weight ?? Nets.Random("w", 1, 4, 3), bias ?? Nets.Random("b", 2, 3)], [Nets.Float("x", Batch, 4)], Nets.Float("y", Batch, 3));

    // Of inputs that are independent of each other.
    private static InputMoments Moments(int inputs)
    {
        var blocks = InputMoments.Plan(1, inputs);
        for (var i = 0; i < inputs; i++) blocks[0].Values[i * inputs + i] = 1;
        return new InputMoments(blocks, 1000);
    }

    /// <summary>Ranges as an executor might have seen them.</summary>
    private static Int8Result Write(Int8Network network) => network.Write(Seen(network));

    private static Calibration Seen(Int8Network network) => new(network.Observed.ToDictionary(v => v, v => new RangeRecord(v, v == "x" ? -1 : 0, 4, 0, 4) { Histogram = Filled(v == "x" ? -1 : 0, 4) }));

    private static Histogram Filled(float min, float max)
    {
        var histogram = Histogram.Of(min, max);
        histogram.Add([.. Enumerable.Range(0, 1000).Select(i => i / 250f)]);
        return histogram;
    }
}
