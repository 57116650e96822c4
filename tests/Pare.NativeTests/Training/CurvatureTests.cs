using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;
using Pare.Torch.Training;
using Xunit;

namespace Pare.NativeTests.Training;

public class CurvatureTests
{
    private const int Inputs = 3, Hidden = 4, Classes = 3, Examples = 40;
    private static readonly Preprocess Plain = new() { Scale = 1 };
    private static readonly float[] Values = [.. Enumerable.Range(0, Examples * Inputs).Select(i => MathF.Sin(i * 1.3f))];
    private static readonly FloatDataset Data = new(Values, [.. Enumerable.Range(0, Examples).Select(i => i * 7 % Classes)], [Inputs], [.. Enumerable.Range(0, Classes).Select(i => $"{i}")]);
    private static readonly float[] First = [.. Enumerable.Range(0, Inputs * Hidden).Select(i => MathF.Cos(i * 0.9f))];
    private static readonly float[] Second = [.. Enumerable.Range(0, Hidden * Classes).Select(i => MathF.Sin(i * 2.1f + 1))];

    [Fact]
    public void The_Hessians_diagonal_is_that_of_finite_differences_in_double()
    {
        var found = Curvature.Of(Network(), Data, Plain, CurvatureKind.Obd).Values;
        var expected = Diagonal();
        var all = found["a"].Concat(found["b"]).ToArray();
        var scale = Math.Sqrt(expected.Average(v => v * v));
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], all[i], 1e-4 * scale);
    }

    [Fact]
    public void Fisher_is_the_mean_of_squared_gradients_and_Taylor_the_square_of_their_mean()
    {
        var gradients = Enumerable.Range(0, Examples).Select(e => Gradient([.. Weights()], e, 1)).ToArray();
        var (fisher, taylor) = (Curvature.Of(Network(), Data, Plain, CurvatureKind.Fisher).Values, Curvature.Of(Network(), Data, Plain, CurvatureKind.Taylor).Values);
        var (f, t) = (fisher["a"].Concat(fisher["b"]).ToArray(), taylor["a"].Concat(taylor["b"]).ToArray());
        for (var i = 0; i < f.Length; i++)
        {
            Assert.Equal(gradients.Average(g => g[i] * g[i]), f[i], 1e-5);
            Assert.Equal(Math.Pow(gradients.Average(g => g[i]), 2), t[i], 1e-5);
        }
    }

    [Fact]
    public void Hutchinsons_estimate_comes_nearer_with_more_probes()
    {
        // More weights than are worked out one by one.
        var model = Pare.Zoo.ModelZoo.Build("lenet-300-100");
        var pictures = new FloatDataset([.. Enumerable.Range(0, 20 * 784).Select(i => 0.5f + 0.5f * MathF.Sin(i * 0.37f))], [.. Enumerable.Range(0, 20).Select(i => i % 10)], [1, 28, 28], [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
        CurvatureRecord Estimate(int probes, int seed) => Curvature.Of(model, pictures, Plain, CurvatureKind.Obd, probes, seed);
        double Distance(int probes)
        {
            var (a, b) = (Estimate(probes, 1), Estimate(probes, 2));
            Assert.InRange(a.Noise, 1e-3, 2);
            return a.Values.Sum(v => v.Value.Zip(b.Values[v.Key], (p, q) => Math.Pow(p - q, 2)).Sum());
        }

        Assert.InRange(Distance(16), 0, Distance(2) / 3);
    }

    private static Model Network() => new()
    {
        Graph = new Graph
        {
            Name = "net",
            Inputs = [ValueInfo.Of("x", ElementType.Float, new Dimension(null, "N"), Inputs)],
            Outputs = [ValueInfo.Of("y", ElementType.Float, new Dimension(null, "N"), Classes)],
            Initializers = [Tensor.Of("a", [Inputs, Hidden], First), Tensor.Of("b", [Hidden, Classes], Second)],
            Nodes = [new Node { OpType = "MatMul", Inputs = ["x", "a"], Outputs = ["h"] }, new Node { OpType = "Tanh", Inputs = ["h"], Outputs = ["t"] }, new Node { OpType = "MatMul", Inputs = ["t", "b"], Outputs = ["y"] }],
        },
    };

    private static IEnumerable<double> Weights() => First.Concat(Second).Select(w => (double)w);

    private static ImmutableArray<double> Diagonal()
    {
        const double step = 1e-4;
        var at = Weights().ToArray();
        return
        [
            .. Enumerable.Range(0, at.Length).Select(i =>
            {
                double[] up = [.. at], down = [.. at];
                up[i] += step;
                down[i] -= step;
                return Math.Max(0, (Gradient(up, 0, Examples)[i] - Gradient(down, 0, Examples)[i]) / (2 * step));
            }),
        ];
    }

    // Of the mean cross-entropy over some examples, by hand.
    private static double[] Gradient(double[] w, int first, int count)
    {
        var gradient = new double[w.Length];
        for (var e = first; e < first + count; e++)
        {
            var x = Values.AsSpan(e * Inputs, Inputs).ToArray().Select(v => (double)v).ToArray();
            var t = Enumerable.Range(0, Hidden).Select(j => Math.Tanh(Enumerable.Range(0, Inputs).Sum(i => x[i] * w[i * Hidden + j]))).ToArray();
            var scores = Enumerable.Range(0, Classes).Select(c => Math.Exp(Enumerable.Range(0, Hidden).Sum(j => t[j] * w[Inputs * Hidden + j * Classes + c]))).ToArray();
            var d = scores.Select((s, c) => s / scores.Sum() - (c == Data.Label(e) ? 1 : 0)).ToArray();
            for (var j = 0; j < Hidden; j++)
            {
                var back = Enumerable.Range(0, Classes).Sum(c => d[c] * w[Inputs * Hidden + j * Classes + c]) * (1 - t[j] * t[j]);
                for (var c = 0; c < Classes; c++) gradient[Inputs * Hidden + j * Classes + c] += t[j] * d[c] / count;
                for (var i = 0; i < Inputs; i++) gradient[i * Hidden + j] += x[i] * back / count;
            }
        }
        return gradient;
    }
}
