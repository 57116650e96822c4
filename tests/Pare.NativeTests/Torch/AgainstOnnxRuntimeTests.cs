using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pare.Onnx;
using Pare.Torch;
using TorchSharp;
using Xunit;

namespace Pare.NativeTests.Torch;

/// <summary>Whole networks on torch and on ONNX Runtime.</summary>
public class AgainstOnnxRuntimeTests
{
    /// <summary>Both compute in float32 and sum in another order.</summary>
    private const double RelativeError = 1e-4;

    [Fact]
    public void A_lenet_agrees() => AssertAgrees(Networks.LeNet(1), 3, 1, 28, 28);

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
        var theirs = torch.tensor(results[0].AsTensor<float>().ToArray()).reshape(ours.shape);

        var error = ((ours - theirs).norm() / theirs.norm()).item<float>();
        Assert.True(error <= RelativeError, $"relative error {error}");
    }
}
