using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Pare.Onnx;
using Pare.Quantize;
using Xunit;

namespace Pare.NativeTests.Quantize;

/// <summary>The forms that sharing writes are standard ONNX: ONNX Runtime gives what it gives for the same values, dense.</summary>
public class SharedOnOnnxRuntimeTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public void A_shared_model_predicts_as_its_dense_values_do(long opset)
    {
        var options = new ShareOptions { Size = CodebookSize.OfBits(3), Biases = BiasForm.Shared };
        var shared = Sharer.Share(Network(opset), options).Model;
        Assert.Equal(Run(Sharer.Densify(shared)), Run(shared));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(17)]
    public void A_partly_shared_model_predicts_as_its_dense_values_do(long opset)
    {
        var options = new FreezeOptions { Fraction = 0.5, Sharing = new ShareOptions { Size = CodebookSize.OfBits(3) } };
        var partly = Sharer.Freeze(Network(opset), options).Model;
        Assert.Equal(Run(Sharer.Densify(partly)), Run(partly));
    }

    private static float[] Run(Model model)
    {
        using var session = new InferenceSession(OnnxWriter.ToBytes(model));
        using var input = OrtValue.CreateTensorValueFromMemory(Numbers(2 * 6 * 6, seed: 9), [1, 2, 6, 6]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    // A convolution, and a dense layer on all of its outputs; about half of the weights are zero.
    private static Model Network(long opset) => new()
    {
        IrVersion = opset < 9 ? 3 : 7,
        Opsets = [new("", opset)],
        Graph = new Graph
        {
            Name = "g",
            Initializers = Constants,
            Nodes =
            [
                new Node { OpType = "Conv", Name = "conv", Inputs = ["x", "cw", "cb"], Outputs = ["c"] },
                new Node { OpType = "Flatten", Inputs = ["c"], Outputs = ["f"] },
                new Node { OpType = "Gemm", Name = "fc", Inputs = ["f", "fw", "fb"], Outputs = ["y"] },
            ],
            Inputs = [ValueInfo.Of("x", ElementType.Float, 1, 2, 6, 6), .. opset < 9 ? Constants.Select(t => ValueInfo.Of(t.Name, t.Type, [.. t.Shape.Select(d => (Dimension)d)])) : []],
            Outputs = [ValueInfo.Of("y", ElementType.Float, 1, 5)],
        },
    };

    private static ImmutableArray<Tensor> Constants =>
    [
        Tensor.Of("cw", [4, 2, 3, 3], Numbers(72, seed: 1)), Tensor.Of("cb", [4], Numbers(4, seed: 2)),
        Tensor.Of("fw", [64, 5], Numbers(320, seed: 3)), Tensor.Of("fb", [5], Numbers(5, seed: 4)),
    ];

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? 0 : (float)(random.NextDouble() - 0.5))];
    }
}
