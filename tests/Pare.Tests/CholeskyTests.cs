using Xunit;

namespace Pare.Tests;

public class CholeskyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(150)]
    public void The_factor_times_itself_is_the_damped_matrix(int n)
    {
        var matrix = Moments(n, 2 * n, seed: n);
        var u = Cholesky.Factor(matrix, n, damping: 0.01);
        var mean = Enumerable.Range(0, n).Average(i => matrix[i * n + i]);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var product = Enumerable.Range(0, n).Sum(k => (double)u[k * n + i] * u[k * n + j]);
                Assert.Equal(matrix[i * n + j] + (i == j ? 0.01 * mean : 0), product, 1e-3 * mean);
                if (i > j) Assert.Equal(0, u[i * n + j]);
            }
    }

    [Fact]
    public void An_input_that_is_never_seen_does_no_harm()
    {
        float[] matrix = [4, 0, 0, 0];
        Assert.Equal([MathF.Sqrt(4.02f), 0, 0, MathF.Sqrt(2.02f)], Cholesky.Factor(matrix, 2, 0.01), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.All(Cholesky.Factor(new float[9], 3, 0.01), v => Assert.True(float.IsFinite(v)));
    }

    /// <summary>Second moments of random vectors whose elements go together.</summary>
    internal static float[] Moments(int n, int samples, int seed)
    {
        var random = new Random(seed);
        var matrix = new double[n * n];
        for (var s = 0; s < samples; s++)
        {
            var common = random.NextDouble();
            var x = Enumerable.Range(0, n).Select(_ => common + 0.5 * random.NextDouble()).ToArray();
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) matrix[i * n + j] += x[i] * x[j] / samples;
        }
        return [.. matrix.Select(v => (float)v)];
    }
}
