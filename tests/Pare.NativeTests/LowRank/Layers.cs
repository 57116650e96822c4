using Pare.LowRank;
using Pare.NativeTests.Onnx;
using Pare.Onnx;
using Pare.Ort;
using Pare.Torch;
using Pare.Torch.LowRank;

namespace Pare.NativeTests.LowRank;

/// <summary>Networks of one layer, their factors, and what ONNX Runtime says of them.</summary>
internal static class Layers
{
    public static float[] Draw(int seed, params long[] shape)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>A convolution with a bias over [any, inputs, 9, 8].</summary>
    public static Model Convolution(float[] weight, long[] shape, params NodeAttribute[] attributes) => One(
        new Node { OpType = "Conv", Name = "conv", Inputs = ["x", "w", "b"], Outputs = ["y"], Attributes = [.. attributes] },
        weight, shape, [shape[1], 9, 8], (int)shape[0]);

    /// <summary>A dense layer; Gemm has a bias.</summary>
    public static Model Dense(string op, float[] weight, int inputs, int outputs, params NodeAttribute[] attributes)
    {
        var transposed = attributes.Any(a => a.Name == "transB");
        string[] names = op == "Gemm" ? ["x", "w", "b"] : ["x", "w"];
        return One(new Node { OpType = op, Name = "fc", Inputs = [.. names], Outputs = ["y"], Attributes = [.. attributes] }, weight, transposed ? [outputs, inputs] : [inputs, outputs], [inputs], outputs);
    }

    private static Model One(Node node, float[] weight, long[] shape, long[] input, int outputs) => new()
    {
        Graph = new Graph
        {
            Name = "one",
            Inputs = [ValueInfo.Of("x", ElementType.Float, [new Dimension(null, "N"), .. input.Select(d => (Dimension)d)])],
            Outputs = [ValueInfo.Of("y", ElementType.Float) with { Shape = null }],
            Initializers = [Tensor.Of("w", shape, weight), .. node.Inputs.Length > 2 ? new[] { Tensor.Of("b", [outputs], Draw(9, outputs)) } : []],
            Nodes = [node],
        },
    };

    public static FactorLayer Of(Model model) => FactorLayers.Of(model, new FactorizeOptions { Rank = 1 })[0];

    public static Factors Solve(Model model, FactorMethod method, int rank, int inputRank = 1, InputMoments? moments = null) =>
        LayerFactors.Solve(Of(model), new RankOption(method, rank, inputRank, 0, 0), moments);

    /// <summary>The largest difference of the factorised network's outputs, as a share of the largest output.</summary>
    public static double Difference(Model model, Factors factors, int examples = 3)
    {
        var input = Inputs(model, 4, examples);
        return OrtRun.Difference(model, Factorizer.Replace(model, [(Of(model), factors)]), new Dictionary<string, Tensor> { ["x"] = input });
    }

    /// <summary>|y - ŷ| / |y| of two networks' outputs, biases taken off.</summary>
    public static double OutputError(Model model, Factors factors, Tensor input)
    {
        float[] Run(Model m)
        {
            // A network's bias is no part of the error.
            m = m with { Graph = m.Graph.ReplaceConstants(m.Graph.Initializers.Where(t => t.Name == "b").ToDictionary(t => t.Name, t => Tensor.Of("b", t.Shape.AsSpan(), new float[t.Count]))) };
            using var session = new OrtModel(m);
            return session.Run(input)[0].Floats.ToArray();
        }

        var (a, b) = (Run(model), Run(Factorizer.Replace(model, [(Of(model), factors)])));
        return Math.Sqrt(a.Zip(b, (x, y) => Math.Pow((double)x - y, 2)).Sum() / a.Sum(x => (double)x * x));
    }

    /// <summary>Examples whose channels lean on each other and differ in size, so that moments matter.</summary>
    public static Tensor Inputs(Model model, int seed, int examples)
    {
        long[] shape = [examples, .. model.Graph.Inputs[0].Shape!.Value.Skip(1).Select(d => d.Value!.Value)];
        var values = Draw(seed, shape);
        var each = (int)(values.Length / examples / shape[1]);
        for (var i = each; i < values.Length; i++)
        {
            var channel = i / each % shape[1];
            values[i] = (float)(0.7 * values[i - each] + values[i] / (1 + channel) + 0.1);
        }
        return Tensor.Of("x", shape, values);
    }

    public static InputMoments Moments(Model model, Tensor input)
    {
        using var sums = new MomentSums(model, ["y"], (int)input.Shape[0]);
        sums.Add(input);
        return sums.ToMoments()["y"];
    }
}
