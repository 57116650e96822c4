using Pare.Onnx;
using Pare.Quantize;
using Pare.Tests.Onnx;
using Xunit;

namespace Pare.Tests.Quantize;

public class MinMax8Tests
{
    [Fact]
    public void Every_weight_becomes_bytes_between_its_ends()
    {
        var result = MinMax8.Quantize(Nets.Small());
        var index = new GraphIndex(result.Model.Graph);
        Assert.Equal(["Conv_c", "Gemm_y"], result.Layers.Select(l => l.Name));
        foreach (var name in new[] { "w", "w2" })
        {
            var before = Nets.Small().Graph.Initializers.First(t => t.Name == name).Floats.ToArray();
            var after = WeightValues.Dense(index, name);
            Assert.Equal(ElementType.UInt8, index.Constant($"{name}.codes")!.Type);
            var step = (before.Max() - before.Min()) / 255;
            Assert.All(before.Zip(after), p => Assert.Equal(p.First, p.Second, step));
        }
        GraphSpec.Verify(result.Model);
    }

    [Fact]
    public void A_table_that_is_looked_up_is_quantized_and_what_is_added_is_not()
    {
        var model = Nets.Model(
            [Nets.Node("Gather", ["table", "x"], ["e"]), Nets.Node("Add", ["e", "anchors"], ["y"])],
            [Nets.Random("table", 1, 64, 16), Tensor.Of("anchors", [64, 16], [.. Enumerable.Range(0, 1024).Select(i => i == 3 ? float.NegativeInfinity : i)])],
            [ValueInfo.Of("x", ElementType.Int64, 64)], Nets.Float("y", 64, 16));
        Assert.Equal(["table"], MinMax8.Quantize(model).Layers.Select(l => l.Name));
    }

    [Fact]
    public void The_file_is_a_quarter_of_the_float_file()
    {
        var model = Dense(Nets.Random("w", 1, 512, 512));
        var ratio = (double)OnnxWriter.ToBytes(MinMax8.Quantize(model).Model).Length / OnnxWriter.ToBytes(model).Length;
        Assert.InRange(ratio, 0.245, 0.255);
    }

    [Fact]
    public void A_constant_weight_survives() =>
        Assert.All(WeightValues.Dense(new GraphIndex(MinMax8.Quantize(Dense(Tensor.Of("w", [4, 4], [.. Enumerable.Repeat(0.3f, 16)]))).Model.Graph), "w"), v => Assert.Equal(0.3f, v));

    [Fact]
    public void An_old_opset_is_raised()
    {
        var result = MinMax8.Quantize(Dense(Nets.Random("w", 1, 4, 4)) with { Opsets = [new("", 7)] });
        Assert.Equal(10, result.Model.OpsetVersion);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_are_refused(float value) =>
        Assert.Contains("'w'", Assert.Throws<BadInputException>(() => MinMax8.Quantize(Dense(Tensor.Of("w", [2, 2], [1, 2, value, 3])))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_quantized_model_is_refused() =>
        Assert.Contains("quantized already", Assert.Throws<BadInputException>(() => MinMax8.Quantize(MinMax8.Quantize(Nets.Small()).Model)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pattern_that_fits_nothing_is_named() =>
        Assert.Contains("'stem*'", Assert.Throws<BadInputException>(() => MinMax8.Quantize(Nets.Small(), ["stem*"])).Message, StringComparison.Ordinal);

    private static Model Dense(Tensor weight) =>
        Nets.Model([Nets.Node("MatMul", ["x", "w"], ["y"])], [weight], [Nets.Float("x", new Dimension(null, "N"), weight.Shape[0])], Nets.Float("y", new Dimension(null, "N"), weight.Shape[1]));

    [Fact]
    public void A_weight_behind_a_transpose_is_quantized_and_what_is_left_alone_is_named()
    {
        var model = Nets.Model(
            [
                Nets.Node("Transpose", ["w"], ["t"]), Nets.Node("MatMul", ["x", "t"], ["h"]), Nets.Node("Cast", ["half"], ["wide"], NodeAttribute.Of("to", (long)ElementType.Float)),
                Nets.Node("MatMul", ["h", "wide"], ["y"]),
            ],
            [Nets.Random("w", 1, 4, 8), new Tensor { Name = "half", Type = ElementType.Float16, Shape = [4, 4], Data = new byte[32] }], [Nets.Float("x", 1, 8)], Nets.Float("y", 1, 4));
        var result = MinMax8.Quantize(model);
        Assert.Equal(32, Assert.Single(result.Layers).Weights);
        Assert.Equal(["MatMul_y"], result.LeftAlone);
    }
}
