using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

public sealed class WeightValuesTests
{
    [Fact]
    public void A_codebook_is_looked_up() =>
        Assert.Equal([0f, 1, 2, 3, 0, 1], WeightValues.Dense(new GraphIndex(Shared().Graph), "w"));

    [Fact]
    public void Codes_of_four_bits_are_unpacked()
    {
        var codes = new Tensor { Name = "codes", Type = ElementType.UInt4, Shape = [3], Data = new byte[] { 0x21, 0x03 } };
        var graph = Nets.Model([Cast("codes", "i", ElementType.Int64), Nets.Node("Gather", ["book", "i"], ["w"])], [Tensor.Of("book", [4], [0f, 1, 2, 3]), codes], [], new ValueInfo { Name = "w" }).Graph;
        Assert.Equal([1f, 2, 3], WeightValues.Dense(new GraphIndex(graph), "w"));
    }

    [Fact]
    public void Weights_are_dequantized_by_axis()
    {
        var q = Tensor.Create("q", ElementType.Int8, [2, 2], new sbyte[] { -2, 4, 6, -8 });
        var graph = Nets.Model([Nets.Node("DequantizeLinear", ["q", "s", "z"], ["w"], NodeAttribute.Of("axis", 0))],
            [q, Tensor.Of("s", [2], [0.5f, 2]), Tensor.Create("z", ElementType.Int8, [2], new sbyte[] { 0, 1 })], [], new ValueInfo { Name = "w" }).Graph;
        Assert.Equal([-1f, 2, 10, -18], WeightValues.Dense(new GraphIndex(graph), "w"));
    }

    [Fact]
    public void A_mask_chooses_between_shared_and_free_weights_and_the_result_is_transposed()
    {
        var shared = Shared().Graph;
        var graph = shared with
        {
            Nodes = shared.Nodes.AddRange(Cast("mask", "m", ElementType.Bool), Nets.Node("Where", ["m", "w", "free"], ["mixed"]), Nets.Node("Transpose", ["mixed"], ["t"])),
            Initializers = shared.Initializers.AddRange(Tensor.Of("mask", [2, 3], new byte[] { 1, 1, 0, 1, 0, 0 }), Tensor.Of("free", [2, 3], [10f, 11, 12, 13, 14, 15])),
        };
        var tensor = WeightValues.Resolve(new GraphIndex(graph), "t");
        Assert.Equal([3L, 2], tensor.Shape);
        Assert.Equal([0f, 3, 1, 14, 12, 15], tensor.Floats.ToArray());
    }

    [Fact]
    public void A_code_outside_the_codebook_is_refused()
    {
        var graph = Shared().Graph;
        graph = graph with { Initializers = graph.Initializers.SetItem(1, Tensor.Of("codes", [1], new byte[] { 9 })) };
        Assert.Contains("index 9", Assert.Throws<BadInputException>(() => WeightValues.Dense(new GraphIndex(graph), "w")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_computed_value_is_no_weight() =>
        Assert.Contains("'x' is not constant", Assert.Throws<BadInputException>(() => WeightValues.Dense(new GraphIndex(Nets.Small().Graph), "c")).Message, StringComparison.Ordinal);

    internal static Model Shared() => Nets.Model([Cast("codes", "i", ElementType.Int64), Nets.Node("Gather", ["book", "i"], ["w"]), Nets.Node("MatMul", ["x", "w"], ["y"])],
        [Tensor.Of("book", [4], [0f, 1, 2, 3]), Tensor.Of("codes", [2, 3], new byte[] { 0, 1, 2, 3, 0, 1 })], [Nets.Float("x", 1, 2)], Nets.Float("y", 1, 3));

    private static Node Cast(string from, string to, ElementType type) => Nets.Node("Cast", [from], [to], NodeAttribute.Of("to", (long)type));
}
