using Pare.Onnx;
using Pare.Ort;
using Pare.Torch;
using Xunit;

namespace Pare.NativeTests.Torch;

public class MomentSumsTests
{
    /// <summary>The mean square of a layer's output is wᵀ·E[x·xᵀ]·w: ONNX Runtime computes the one, the moments the other.</summary>
    [Theory]
    [InlineData("Conv", 1, 4, "pads", new long[] { 1, 0, 2, 1 }, "strides", new long[] { 2, 1 })]
    [InlineData("Conv", 2, 4, "dilations", new long[] { 2, 1 }, "strides", new long[] { 1, 2 })]
    [InlineData("Conv", 4, 4, "pads", new long[] { 1, 1, 1, 1 }, "strides", new long[] { 1, 1 })]
    public void Moments_of_a_convolution_give_its_outputs_mean_square(string op, int groups, int channels, string one, long[] first, string two, long[] second)
    {
        var x = ValueInfo.Of("x", ElementType.Float, new Dimension(null, "N"), channels, 7, 6);
        long[] shape = [groups * 2, channels / groups, 3, 3];
        var node = new Node { OpType = op, Inputs = ["x", "w"], Outputs = ["y"], Attributes = [NodeAttribute.Of("group", (long)groups), NodeAttribute.Of(one, first), NodeAttribute.Of(two, second)] };
        Check(x, node, shape, [3, channels, 7, 6], (w, r) => [.. w.Skip(r * (w.Length / (2 * groups))).Take(w.Length / (2 * groups))], 2 * groups, groups);
    }

    [Theory]
    [InlineData("MatMul", false)]
    [InlineData("Gemm", false)]
    [InlineData("Gemm", true)]
    public void Moments_of_a_product_give_its_outputs_mean_square(string op, bool transposed)
    {
        var x = ValueInfo.Of("x", ElementType.Float, new Dimension(null, "N"), 5);
        var node = new Node { OpType = op, Inputs = ["x", "w"], Outputs = ["y"], Attributes = transposed ? [NodeAttribute.Of("transB", 1L)] : [] };
        Check(x, node, transposed ? [3, 5] : [5, 3], [8, 5], (w, r) => [.. Enumerable.Range(0, 5).Select(i => w[transposed ? r * 5 + i : i * 3 + r])], 3, 1);
    }

    private static void Check(ValueInfo x, Node node, long[] weightShape, long[] inputShape, Func<float[], int, float[]> rowOf, int rows, int groups)
    {
        var random = new Random(5);
        float[] Draw(long[] shape) => [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextDouble() - 0.3f)];
        var weights = Draw(weightShape);
        var model = new Model { Graph = new Graph { Name = "g", Inputs = [x], Outputs = [ValueInfo.Of("y", ElementType.Float) with { Shape = null }], Initializers = [Tensor.Of("w", weightShape, weights)], Nodes = [node] } };
        var input = Tensor.Of("x", inputShape, Draw(inputShape));
        using var session = new OrtModel(model);
        var y = session.Run(input)[0];
        using var sums = new MomentSums(model, ["y"], (int)inputShape[0]);
        Assert.Equal(["x"], sums.Inputs);
        sums.Add(input);
        var moments = sums.ToMoments()["y"];
        var places = y.Shape.Length == 2 ? 1 : (int)(y.Shape[2] * y.Shape[3]);
        Assert.Equal(inputShape[0] * places, moments.Samples);
        for (var row = 0; row < rows; row++)
        {
            var w = rowOf(weights, row);
            var block = moments.Blocks[row / (rows / groups)];
            double expected = 0, found = 0;
            for (var i = 0; i < w.Length; i++)
                for (var j = 0; j < w.Length; j++) found += w[i] * (double)block.Values[i * w.Length + j] * w[j];
            for (var n = 0; n < inputShape[0]; n++)
                for (var p = 0; p < places; p++) expected += Math.Pow(y.Floats[(n * rows + row) * places + p], 2);
            Assert.Equal(expected / moments.Samples, found, 1e-4);
        }
    }
}
