using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pare.Onnx;
using Pare.Torch;
using TorchSharp;
using Xunit;
using Tensor = Pare.Onnx.Tensor;

namespace Pare.NativeTests.Torch;

/// <summary>Whole networks, and operators in newer forms than the standard's vectors here have, on torch and on ONNX Runtime.</summary>
public class AgainstOnnxRuntimeTests
{
    /// <summary>Both compute in float32 and sum in another order.</summary>
    private const double RelativeError = 1e-4;

    [Fact]
    public void A_lenet_agrees() => AssertAgrees(Networks.LeNet(1), 3, 1, 28, 28);

    [Fact]
    public void A_residual_network_with_batch_normalization_agrees()
    {
        var n = new Networks(2);
        var h = n.Node("Relu", [n.BatchNorm(n.Conv("x", "stem", 8, 3, 3, pad: 1), "bn0", 8)]);
        var inner = n.Node("Relu", [n.BatchNorm(n.Conv(h, "a", 16, 8, 3, 2, 1), "bn1", 16)]);
        inner = n.BatchNorm(n.Conv(inner, "b", 16, 16, 3, pad: 1), "bn2", 16);
        h = n.Node("Relu", [n.Node("Add", [inner, n.BatchNorm(n.Conv(h, "short", 16, 8, 1, 2), "bn3", 16)])]);
        AssertAgrees(n.Build(n.Dense(n.Node("Flatten", [n.Node("GlobalAveragePool", [h])]), "fc", 10, 16), 15, null, 3, 32, 32), 4, 3, 32, 32);
    }

    [Fact]
    public void A_fire_module_with_concatenation_agrees()
    {
        var n = new Networks(3);
        var h = n.Pool("MaxPool", n.Node("Relu", [n.Conv("x", "conv1", 12, 3, 7, 2)]), 3, 2);
        var squeeze = n.Node("Relu", [n.Conv(h, "squeeze", 4, 12, 1)]);
        h = n.Node("Concat", [n.Node("Relu", [n.Conv(squeeze, "e1", 8, 4, 1)]), n.Node("Relu", [n.Conv(squeeze, "e3", 8, 4, 3, pad: 1)])], NodeAttribute.Of("axis", 1));
        h = n.Pool("AveragePool", n.Node("LRN", [h], NodeAttribute.Of("size", 5), NodeAttribute.Of("alpha", 0.01f)), 3, 2, 1);
        AssertAgrees(n.Build(n.Node("GlobalMaxPool", [h]), 13, null, 3, 40, 40), 2, 3, 40, 40);
    }

    [Fact]
    public void A_channel_shuffle_agrees()
    {
        var n = new Networks(4);
        var h = n.Node("Relu", [n.Conv("x", "g1", 12, 6, 1, group: 3)]);
        h = n.Node("Reshape", [h, n.Ints("apart", 0, 3, 4, 9, 9)]);
        h = n.Node("Reshape", [n.Node("Transpose", [h], NodeAttribute.Of("perm", 0, 2, 1, 3, 4)), n.Ints("together", 0, -1, 9, 9)]);
        h = n.BatchNorm(n.Conv(h, "dw", 12, 12, 3, 2, 1, 12), "bn", 12);
        AssertAgrees(n.Build(h, 17, null, 6, 9, 9), 2, 6, 9, 9);
    }

    [Fact]
    public void A_network_with_shared_weights_agrees() => AssertAgrees(Networks.Shared(Networks.LeNet(5), 16), 3, 1, 28, 28);

    [Fact]
    public void A_quantized_network_agrees()
    {
        var n = new Networks(6);
        string Grid(string x, string name, float scale, byte zero) => n.Quantized(x, name, scale, zero);
        // In 7 bits: without VNNI ONNX Runtime adds pairs of products in 16 bits, which wider weights would overflow.
        var weight = n.Node("DequantizeLinear", [
            n.Constant(Tensor.Create<sbyte>("w8", ElementType.Int8, [4, 3, 3, 3], [.. Enumerable.Range(0, 108).Select(i => (sbyte)(i * 37 % 127 - 63))])),
            n.Constant(Tensor.Of("ws", [4], [.01f, .02f, .005f, .013f])), n.Constant(Tensor.Create<sbyte>("wz", ElementType.Int8, [4], [0, 0, 0, 0]))], NodeAttribute.Of("axis", 0));
        var h = n.Node("Relu", [n.Node("Conv", [Grid("x", "q0", .03f, 128), weight, n.Weights("b", .1f, 0, 4)])]);
        h = n.Dense(n.Node("Flatten", [Grid(h, "q1", .05f, 0)]), "fc", 5, 144);
        AssertAgrees(n.Build(h, 13, null, 3, 8, 8), 2, 3, 8, 8);
    }

    [Theory]
    [InlineData("linear", "half_pixel", 0)]
    [InlineData("linear", "pytorch_half_pixel", 0)]
    [InlineData("cubic", "half_pixel", 0)]
    [InlineData("nearest", "half_pixel", 0)]
    [InlineData("nearest", "asymmetric", 0)]
    [InlineData("linear", "align_corners", 0)]
    [InlineData("linear", "half_pixel", 1)]
    [InlineData("cubic", "half_pixel", 1)]
    [InlineData("linear", "half_pixel_symmetric", 0)]
    public void Resizing_agrees(string mode, string coordinates, int antialias)
    {
        foreach (var sizes in new long[][] { [2, 3, 7, 5], [2, 3, 20, 31] })
        {
            var n = new Networks(7);
            var h = n.Node("Resize", ["x", "", "", n.Ints("sizes", sizes)], NodeAttribute.Of("mode", mode),
                NodeAttribute.Of("coordinate_transformation_mode", coordinates), NodeAttribute.Of("antialias", antialias));
            AssertAgrees(n.Build(h, 19, 2, 3, 10, 11), 2, 3, 10, 11);
        }
    }

    [Fact]
    public void Reductions_with_axes_as_input_agree()
    {
        foreach (var op in new[] { "ReduceMean", "ReduceMax", "ReduceL2", "ReduceLogSumExp", "ReduceProd", "ReduceSumSquare" })
        {
            var n = new Networks(8);
            AssertAgrees(n.Build(n.Node(op, ["x", n.Ints("axes", 1, -1)], NodeAttribute.Of("keepdims", 0)), 18, null, 3, 4, 5), 2, 3, 4, 5);
        }
    }

    [Fact]
    public void Newer_forms_of_split_pad_gelu_and_group_normalization_agree()
    {
        var n = new Networks(9);
        var parts = n.Node("Split", ["x"], 2, NodeAttribute.Of("axis", 1), NodeAttribute.Of("num_outputs", 2));
        var h = n.Node("Gelu", [n.Node("Pad", [parts, n.Ints("pads", 1, 2), "", n.Ints("axes", -1)], NodeAttribute.Of("mode", "wrap"))], NodeAttribute.Of("approximate", "tanh"));
        h = n.Node("GroupNormalization", [h, n.Weights("gs", .1f, 1, 4), n.Weights("gb", .1f, 0, 4)], NodeAttribute.Of("num_groups", 2));
        AssertAgrees(n.Build(h, 21, null, 7, 5, 6), 2, 7, 5, 6);
    }

    [Fact]
    public void Blocked_quantization_agrees()
    {
        var n = new Networks(10);
        var scale = n.Constant(Tensor.Of("s", [3, 2], [.1f, .2f, .05f, .3f, .15f, .07f]));
        var zero = n.Constant(Tensor.Of("z", [3, 2], new byte[] { 100, 128, 140, 90, 128, 7 }));
        var q = n.Node("QuantizeLinear", ["x", scale, zero], NodeAttribute.Of("axis", 1), NodeAttribute.Of("block_size", 4));
        AssertAgrees(n.Build(n.Node("DequantizeLinear", [q, scale, zero], NodeAttribute.Of("axis", 1), NodeAttribute.Of("block_size", 4)), 21, 3, 8), 3, 8);
    }

    [Fact]
    public void Weights_of_four_bits_in_blocks_agree()
    {
        var n = new Networks(11);
        var packed = new Tensor { Name = "w4", Type = ElementType.Int4, Shape = [8, 3], Data = (byte[])[.. Enumerable.Range(0, 12).Select(i => (byte)(i * 91))] };
        var scale = n.Constant(Tensor.Of("s", [2, 3], [.1f, .2f, .05f, .3f, .15f, .07f]));
        var weight = n.Node("DequantizeLinear", [n.Constant(packed), scale], NodeAttribute.Of("axis", 0), NodeAttribute.Of("block_size", 4));
        AssertAgrees(n.Build(n.Node("MatMul", ["x", weight]), 21, null, 8), 5, 8);
    }

    [Theory]
    [InlineData(ElementType.Float8E4M3FN)]
    [InlineData(ElementType.Float8E4M3FNUZ)]
    [InlineData(ElementType.Float8E5M2)]
    [InlineData(ElementType.Float8E5M2FNUZ)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Int8)]
    [InlineData(ElementType.UInt16)]
    public void Casts_there_and_back_agree(ElementType type)
    {
        var n = new Networks(12);
        var large = n.Node("Mul", ["x", n.Constant(Tensor.Of("factors", [6], [1e-3f, .1f, 1, 10, 20, 30]))]);
        var h = type == ElementType.UInt16 ? n.Node("Abs", [large]) : large;
        var there = n.Node("Cast", [h], NodeAttribute.Of("to", (long)type));
        AssertAgrees(n.Build(n.Node("Cast", [there], NodeAttribute.Of("to", (long)ElementType.Float)), 19, null, 6), 200, 6);
    }

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void No_window_starts_in_the_padding_behind_the_input(string op)
    {
        var n = new Networks(13);
        var pool = n.Node(op, ["x"], NodeAttribute.Of("kernel_shape", 2, 2), NodeAttribute.Of("strides", 2, 2), NodeAttribute.Of("pads", 0, 0, 1, 1), NodeAttribute.Of("ceil_mode", 1));
        AssertAgrees(n.Build(pool, 19, null, 3, 4, 4), 2, 3, 4, 4);
    }

    [Fact]
    public void The_smallest_unsigned_byte_is_found()
    {
        var n = new Networks(14);
        var bytes = n.Node("Cast", [n.Node("Abs", [n.Node("Mul", ["x", n.Constant(Tensor.Of("factor", [1], [50f]))])])], NodeAttribute.Of("to", (long)ElementType.UInt8));
        var place = n.Node("ArgMin", [bytes], NodeAttribute.Of("axis", 1L), NodeAttribute.Of("select_last_index", 1L));
        AssertAgrees(n.Build(n.Node("Cast", [place], NodeAttribute.Of("to", (long)ElementType.Float)), 13, null, 6), 50, 6);
    }

    private static void AssertAgrees(Model model, params ReadOnlySpan<long> shape)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(0);
        var x = torch.randn(shape);
        using var graph = new TorchGraph(model);
        var ours = graph.Forward(x, training: false);

        using var session = new InferenceSession(OnnxWriter.ToBytes(model));
        var input = new DenseTensor<float>(x.data<float>().ToArray(), [.. x.shape.Select(d => (int)d)]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", input)]);
        var answer = results[0].AsTensor<float>();
        var theirs = torch.tensor(answer.ToArray()).reshape([.. answer.Dimensions.ToArray().Select(d => (long)d)]);

        Assert.Equal(theirs.shape, ours.shape);
        var error = ((ours - theirs).norm() / theirs.norm()).item<float>();
        Assert.True(error <= RelativeError, $"{model.Graph.Nodes[^1].OpType}: relative error {error}");
    }
}
