using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Tests.Coding;

/// <summary>Small models of every shape that the packer meets.</summary>
internal static class Models
{
    /// <summary>A layer in shared form: sparse codes, a codebook with zero first, a rounded bias.</summary>
    public static Model Shared(int rows = 20, int columns = 60, int seed = 1)
    {
        var random = new Random(seed);
        var codes = new byte[rows * columns];
        for (var i = 0; i < codes.Length; i++)
            if (random.Next(10) == 0) codes[i] = (byte)random.Next(1, 6);
        return Of(
            [
                Tensor.Of("ip1.weight.codebook", [6], [0f, -0.71f, -0.22f, 0.13f, 0.25f, 0.9f]),
                Tensor.Of("ip1.weight.codes", [rows, columns], codes),
                Tensor.Of("ip1.bias", [rows], Enumerable.Range(0, rows).Select(i => (i - 7) / 64f).ToArray()),
            ],
            new Node { OpType = "Cast", Inputs = ["ip1.weight.codes"], Outputs = ["ip1.weight.index"], Attributes = [NodeAttribute.Of("to", 6L)] },
            new Node { OpType = "Gather", Inputs = ["ip1.weight.codebook", "ip1.weight.index"], Outputs = ["ip1.weight"] },
            new Node { OpType = "Gemm", Inputs = ["x", "ip1.weight", "ip1.bias"], Outputs = ["y"], Attributes = [NodeAttribute.Of("transB", 1L)] });
    }

    /// <summary>Floats in a Constant node and in the branches of an If.</summary>
    public static Model Nested()
    {
        var branch = new Graph
        {
            Name = "then", Nodes = [Constant("inner", Floats("", 50, 3))], Initializers = [Floats("deep", 40, 4)], Outputs = [ValueInfo.Of("inner", ElementType.Float, 50)],
        };
        return Of([], Constant("c", Floats("", 30, 5)), new Node { OpType = "If", Inputs = ["cond"], Outputs = ["y"], Attributes = [NodeAttribute.Of("then_branch", branch)] });
    }

    public static Tensor Floats(string name, int count, int seed)
    {
        var random = new Random(seed);
        return Tensor.Of(name, [count], Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() - 0.5f).ToArray());
    }

    public static Model Of(ImmutableArray<Tensor> tensors, params ReadOnlySpan<Node> nodes) => new()
    {
        Graph = new Graph
        {
            Name = "net", Initializers = tensors, Nodes = [.. nodes],
            Inputs = [ValueInfo.Of("x", ElementType.Float, new Dimension(null, "batch"), 60)], Outputs = [ValueInfo.Of("y", ElementType.Float, new Dimension(null, "batch"), 20)],
        },
    };

    private static Node Constant(string name, Tensor value) => new() { OpType = "Constant", Outputs = [name], Attributes = [NodeAttribute.Of("value", value)] };
}
