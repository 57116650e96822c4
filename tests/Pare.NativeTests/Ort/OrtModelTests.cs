using Pare.Onnx;
using Pare.Ort;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class OrtModelTests
{
    [Fact]
    public void Tensors_of_any_number_type_go_in_and_come_out()
    {
        using var model = new OrtModel(OneNode("Cast", ElementType.UInt8, ElementType.Int64, NodeAttribute.Of("to", (long)ElementType.Int64)));
        var result = model.Run(Tensor.Of("x", [3], (byte[])[1, 2, 255]));
        Assert.Equal([1, 2, 255], result[0].Int64s.ToArray());
        Assert.Equal("y", result[0].Name);
    }

    [Fact]
    public void An_empty_batch_is_a_batch()
    {
        using var model = new OrtModel(OneNode("Relu", ElementType.Float, ElementType.Float));
        Assert.Equal([0], model.Run(Tensor.Of("x", [0], Array.Empty<float>()))[0].Shape);
    }

    [Fact]
    public void Inputs_and_outputs_are_described()
    {
        using var model = new OrtModel(ModelZoo.Build("lenet5"));
        Assert.Equal("input: Float[batch,1,28,28]", Assert.Single(model.Inputs).ToString());
        Assert.Equal("scores: Float[batch,10]", Assert.Single(model.Outputs).ToString());
    }

    [Fact]
    public void What_the_runtime_refuses_is_one_line()
    {
        var unknown = Assert.Throws<BadInputException>(() => new OrtModel(OneNode("Frobnicate", ElementType.Float, ElementType.Float)));
        Assert.StartsWith("ONNX Runtime refuses the model: ", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("Frobnicate", unknown.Message);
        Assert.DoesNotContain('\n', unknown.Message);
        Assert.Throws<BadInputException>(() => new OrtModel((byte[])[1, 2, 3]));
        Assert.Throws<BadInputException>(() => new OrtModel("no such file.onnx"));

        using var model = new OrtModel(OneNode("Relu", ElementType.Float, ElementType.Float));
        Assert.StartsWith("ONNX Runtime cannot run the model: ", Assert.Throws<BadInputException>(() => model.Run(Tensor.Of("x", [1], [1L]))).Message, StringComparison.Ordinal);
    }

    private static Model OneNode(string opType, ElementType input, ElementType output, params NodeAttribute[] attributes) => new()
    {
        Graph = new Graph
        {
            Name = "one",
            Inputs = [ValueInfo.Of("x", input, Dimension.Unknown)],
            Outputs = [ValueInfo.Of("y", output, Dimension.Unknown)],
            Nodes = [new Node { OpType = opType, Inputs = ["x"], Outputs = ["y"], Attributes = [.. attributes] }],
        },
    };
}
