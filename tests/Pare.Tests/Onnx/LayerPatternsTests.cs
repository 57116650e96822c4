using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

public class LayerPatternsTests
{
    // As TensorFlow names them: the first layer is called what all are.
    private static readonly Layer[] Layers = [.. Layer.Of(new GraphIndex(Nets.Model(
        [new Node { OpType = "MatMul", Name = "MatMul", Inputs = ["x", "a"], Outputs = ["h"] }, new Node { OpType = "MatMul", Name = "MatMul_1", Inputs = ["h", "b"], Outputs = ["y"] }],
        [Nets.Random("a", 1, 4, 4), Nets.Random("b", 2, 4, 4)], [Nets.Float("x", 1, 4)], Nets.Float("y", 1, 4)).Graph))];

    [Theory]
    [InlineData("MatMul", new[] { "MatMul", "MatMul_1" })]
    [InlineData("=MatMul", new[] { "MatMul" })]
    [InlineData("*_?", new[] { "MatMul_1" })]
    [InlineData("b", new[] { "MatMul_1" })]
    public void A_pattern_fits_names_weights_and_operators_and_an_exact_one_a_name(string pattern, string[] expected) =>
        Assert.Equal(expected, LayerPatterns.Matching(Layers, [pattern]).Order());

    [Fact]
    public void Names_that_look_like_patterns_are_taken_as_they_are() =>
        Assert.Contains("matches no layer", Assert.Throws<BadInputException>(() => LayerPatterns.Matching(Layers, [LayerPatterns.Exactly("*")])).Message, StringComparison.Ordinal);
}
