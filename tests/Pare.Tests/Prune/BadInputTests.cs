using Pare.Onnx;
using Pare.Prune;
using Xunit;

namespace Pare.Tests.Prune;

public sealed class BadInputTests
{
    private static readonly Model Small = Networks.Dense(("a", 1, 2, [1, 2]), ("b", 2, 1, [3, 4]));

    public static TheoryData<PruneOptions, string> BadOptions => new()
    {
        { new() { Sparsity = 1.2 }, "sparsity is 1.2, 0 up to below 1 is allowed" },
        { new() { Sparsity = 1 }, "sparsity is 1, 0 up to below 1 is allowed" },
        { new() { Sparsity = double.NaN }, "sparsity is NaN, 0 up to below 1 is allowed" },
        { new() { Quality = double.NaN }, "quality is NaN, 0 or more is allowed" },
        { new() { Quality = -1 }, "quality is -1, 0 or more is allowed" },
        { new() { LayerSparsities = new Dictionary<string, double> { ["a"] = -0.5 } }, "sparsity of layer 'a' is -0.5, 0 up to below 1 is allowed" },
        { new() { LayerSparsities = new Dictionary<string, double> { ["z"] = 0.5 } }, "there is no layer 'z'; the layers are a, b" },
        { new() { Sparsity = 0.5, Exclude = ["conv*"] }, "pattern 'conv*' matches no layer; the layers are a, b" },
        { new() { Sparsity = 0.5, Score = PruneScore.Saliency }, "layer 'a': saliency needs the mean squared gradients of 'a.w', none are given" },
        { new() { Sparsity = 0.5, MinKept = -1 }, "weights kept at least in a layer: -1, 0 or more is allowed" },
        { new() { Quality = 1, Score = PruneScore.Saliency }, "quality is a rule on magnitudes; the score saliency needs a sparsity" },
        { new(), "0 pruning targets are given, exactly one of sparsity, quality and sparsities by layer is allowed" },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void A_bad_option_is_named_with_what_is_allowed(PruneOptions options, string message) =>
        Assert.Equal(message, Assert.Throws<BadInputException>(() => Pruner.Prune(Small, options)).Message);

    [Fact]
    public void A_model_without_weights_is_refused()
    {
        var model = Networks.Of([Networks.Op("Relu", "x", "y")], [], [1], [1], "y");
        Assert.Equal("the model has no layer with constant weights (Conv, ConvTranspose, Gemm, MatMul); nothing can be pruned",
            Assert.Throws<BadInputException>(() => Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 })).Message);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Weights_that_are_no_finite_numbers_are_named(float bad, string shown)
    {
        var model = Networks.Dense(("a", 1, 3, [1, 2, bad]));
        foreach (var options in new PruneOptions[] { new() { Sparsity = 0.5 }, new() { Sparsity = 0 }, new() { Quality = 1 } })
            Assert.Equal($"layer 'a': weight 2 is {shown}, finite numbers are allowed", Assert.Throws<BadInputException>(() => Pruner.Prune(model, options)).Message);
    }

    [Fact]
    public void Gradients_must_fit_the_weights_and_be_finite()
    {
        var options = new PruneOptions { Sparsity = 0.5, Score = PruneScore.Saliency };
        string Message(float[] a) => Assert.Throws<BadInputException>(() =>
            Pruner.Prune(Small, options, new Dictionary<string, float[]> { ["a.w"] = a, ["b.w"] = [1, 1] })).Message;
        Assert.Equal("layer 'a': 1 mean squared gradients are given for the 2 weights of 'a.w'", Message([1]));
        Assert.Equal("layer 'a': mean squared gradient 1 is -1, finite numbers from 0 on are allowed", Message([1, -1]));
        Assert.Equal("layer 'a': mean squared gradient 0 is NaN, finite numbers from 0 on are allowed", Message([float.NaN, 1]));
    }

    [Fact]
    public void A_code_outside_its_codebook_is_named() =>
        Assert.Equal("tensor 'codes' has code 2 at 1; its codebook 'codebook' has 2 values",
            Assert.Throws<BadInputException>(() => Pruner.Prune(Networks.Shared(1, 2, [0, 2], [0, 1]), new PruneOptions { Sparsity = 0.5 })).Message);
}
