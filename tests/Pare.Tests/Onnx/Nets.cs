using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Tests.Onnx;

/// <summary>Small models for tests.</summary>
internal static class Nets
{
    public static Node Node(string op, string[] inputs, string[] outputs, params NodeAttribute[] attributes) =>
        new() { OpType = op, Name = $"{op}_{outputs[0]}", Inputs = [.. inputs], Outputs = [.. outputs], Attributes = [.. attributes] };

    public static Model Model(ImmutableArray<Node> nodes, ImmutableArray<Tensor> initializers, ValueInfo[] inputs, params ValueInfo[] outputs) =>
        new() { Graph = new Graph { Name = "g", Nodes = nodes, Initializers = initializers, Inputs = [.. inputs], Outputs = [.. outputs] } };

    public static Tensor Random(string name, int seed, params long[] shape)
    {
        var random = new Random(seed);
        return Tensor.Of(name, shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (p, d) => p * d)).Select(_ => random.NextSingle() - 0.5f)]);
    }

    public static ValueInfo Float(string name, params Dimension[] shape) => ValueInfo.Of(name, ElementType.Float, shape);

    /// <summary>Conv, BatchNorm, Relu, Gemm over a batch of any size.</summary>
    public static Model Small() => Model(
    [
        Node("Conv", ["x", "w"], ["c"], NodeAttribute.Of("kernel_shape", 3, 3), NodeAttribute.Of("pads", 1, 1, 1, 1)),
        Node("BatchNormalization", ["c", "gamma", "beta", "mean", "var"], ["n"]),
        Node("Relu", ["n"], ["r"]),
        Node("Flatten", ["r"], ["f"]),
        Node("Gemm", ["f", "w2", "b2"], ["y"], NodeAttribute.Of("transB", 1)),
    ],
    [
        Random("w", 1, 4, 2, 3, 3), Random("gamma", 2, 4), Random("beta", 3, 4), Random("mean", 4, 4), Tensor.Of("var", [4], [1f, 2, 3, 4]), Random("w2", 5, 3, 64), Random("b2", 6, 3),
    ], [Float("x", new Dimension(null, "N"), 2, 4, 4)], Float("y", new Dimension(null, "N"), 3));
}
