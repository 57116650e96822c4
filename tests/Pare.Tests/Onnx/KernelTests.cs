using CsCheck;
using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

/// <summary>Evaluated movements against the plain definition, element by element.</summary>
public sealed class KernelTests
{
    [Fact]
    public void Transpose_moves_each_element_to_its_place() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 5], Gen.Shuffle(new[] { 0, 1, 2 })).Sample((a, b, c, perm) =>
        {
            long[] shape = [a, b, c];
            var x = Tensor.Of("x", shape, [.. Enumerable.Range(0, a * b * c).Select(i => (long)i)]);
            var y = ConstantFolding.Evaluate(Nets.Node("Transpose", ["x"], ["y"], NodeAttribute.Of("perm", [.. perm.Select(p => (long)p)])), [x], 21)!;
            var at = 0;
            var index = new long[3];
            for (index[perm[0]] = 0; index[perm[0]] < shape[perm[0]]; index[perm[0]]++)
                for (index[perm[1]] = 0; index[perm[1]] < shape[perm[1]]; index[perm[1]]++)
                    for (index[perm[2]] = 0; index[perm[2]] < shape[perm[2]]; index[perm[2]]++)
                        if (y.Int64s[at++] != (index[0] * b + index[1]) * c + index[2]) return false;
            return y.Shape.SequenceEqual(perm.Select(p => shape[p]));
        }, iter: 200, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void Four_bit_numbers_survive_packing() =>
        Gen.SByte[-8, 7].Array[0, 33].Sample(values =>
        {
            var bytes = Tensor.Create("x", ElementType.Int8, [values.Length], values);
            var packed = ConstantFolding.Evaluate(Cast(ElementType.Int4), [bytes], 21)!;
            return packed.Data.Length == (values.Length + 1) / 2 && ConstantFolding.Evaluate(Cast(ElementType.Int8), [packed], 21)!.Data.Span.SequenceEqual(bytes.Data.Span);
        }, iter: 200, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void Bfloat16_rounds_half_to_even_and_keeps_NaN()
    {
        var x = Tensor.Of("x", [4], [1f, BitConverter.UInt32BitsToSingle(0x3f808000), BitConverter.UInt32BitsToSingle(0x3f818000), float.NaN]);
        var y = ConstantFolding.Evaluate(Cast(ElementType.Float), [ConstantFolding.Evaluate(Cast(ElementType.BFloat16), [x], 21)], 21)!;
        Assert.Equal([1f, 1f, BitConverter.UInt32BitsToSingle(0x3f820000), float.NaN], y.Floats.ToArray());
    }

    [Fact]
    public void A_division_by_integer_zero_is_not_evaluated()
    {
        var node = Nets.Node("Div", ["a", "b"], ["y"]);
        Assert.Null(ConstantFolding.Evaluate(node, [Tensor.Of("a", [1], [1L]), Tensor.Of("b", [1], [0L])], 21));
        Assert.Equal(float.PositiveInfinity, ConstantFolding.Evaluate(node, [Tensor.Of("a", [1], [1f]), Tensor.Of("b", [1], [0f])], 21)!.Floats[0]);
    }

    [Fact]
    public void A_huge_result_is_not_made() =>
        Assert.Null(ConstantFolding.Evaluate(Nets.Node("ConstantOfShape", ["s"], ["y"]), [Tensor.Of("s", [2], [1L << 20, 1L << 20])], 21));

    private static Node Cast(ElementType to) => Nets.Node("Cast", ["x"], ["y"], NodeAttribute.Of("to", (long)to));
}
