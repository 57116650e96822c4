using System.Numerics.Tensors;

namespace Pare;

/// <summary>The Cholesky factor of a symmetric positive definite matrix, in blocks of rows that stay in the processor's cache.</summary>
internal static class Cholesky
{
    private const int Rows = 64;

    /// <summary>
    /// Upper triangular U with Uᵀ·U = H + damping · mean(diagonal of H) · I. A diagonal of 0 (an input that is never seen) counts as the mean.
    /// </summary>
    /// <param name="matrix">H, n x n, symmetric, row by row; it is not changed.</param>
    /// <param name="damping">What makes it definite, relative to the mean of the diagonal; above 0.</param>
    /// <returns>n x n row by row, zero under the diagonal.</returns>
    public static float[] Factor(ReadOnlySpan<float> matrix, int n, double damping)
    {
        var u = matrix.ToArray();
        double trace = 0;
        for (var i = 0; i < n; i++) trace += u[i * n + i];
        var mean = trace > 0 ? trace / n : 1;
        for (var i = 0; i < n; i++)
        {
            ref var diagonal = ref u[i * n + i];
            diagonal = (float)((diagonal > 0 ? diagonal : mean) + damping * mean);
            u.AsSpan(i * n, i).Clear();
        }
        for (var first = 0; first < n; first += Rows)
        {
            var last = Math.Min(first + Rows, n);
            for (var i = first; i < last; i++) Finish(u, n, i, last, (float)(damping * mean));
            var (top, bottom) = (first, last);
            Parallel.For(last, n, row =>
            {
                var target = u.AsSpan(row * n + row, n - row);
                for (var k = top; k < bottom; k++) Subtract(u[k * n + row], u.AsSpan(k * n + row, n - row), target);
            });
        }
        return u;
    }

    /// <summary>The inverse of Uᵀ·U.</summary>
    /// <param name="u">What <see cref="Factor"/> gave; it is not changed.</param>
    /// <returns>n x n, symmetric, row by row.</returns>
    public static float[] Inverse(float[] u, int n)
    {
        // R = U⁻¹ from below; then R·Rᵀ.
        var r = new float[n * n];
        for (var i = n - 1; i >= 0; i--)
        {
            var row = r.AsSpan(i * n, n);
            row[i] = 1;
            for (var j = i + 1; j < n; j++) Subtract(u[i * n + j], r.AsSpan(j * n + j, n - j), row[j..]);
            TensorPrimitives.Divide(row[i..], u[i * n + i], row[i..]);
        }
        var inverse = new float[n * n];
        Parallel.For(0, n, i =>
        {
            for (var j = i; j < n; j++) inverse[i * n + j] = inverse[j * n + i] = TensorPrimitives.Dot<float>(r.AsSpan(i * n + j, n - j), r.AsSpan(j * n + j, n - j));
        });
        return inverse;
    }

    /// <summary>Solves Uᵀ·U·x = b in place of b.</summary>
    public static void Solve(float[] u, int n, Span<float> b)
    {
        for (var i = 0; i < n; i++)
        {
            b[i] /= u[i * n + i];
            Subtract(b[i], u.AsSpan(i * n + i + 1, n - i - 1), b[(i + 1)..]);
        }
        for (var i = n - 1; i >= 0; i--) b[i] = (b[i] - TensorPrimitives.Dot<float>(u.AsSpan(i * n + i + 1, n - i - 1), b[(i + 1)..])) / u[i * n + i];
    }

    // Scales row i, and takes it off the rows below it within the block.
    private static void Finish(float[] u, int n, int i, int last, float least)
    {
        var row = u.AsSpan(i * n + i, n - i);
        // Rounding may eat what damping added.
        var pivot = MathF.Sqrt(MathF.Max(row[0], least));
        TensorPrimitives.Divide(row, pivot, row);
        row[0] = pivot;
        for (var j = i + 1; j < last; j++) Subtract(u[i * n + j], u.AsSpan(i * n + j, n - j), u.AsSpan(j * n + j, n - j));
    }

    // target -= factor · source
    private static void Subtract(float factor, ReadOnlySpan<float> source, Span<float> target)
    {
        if (factor != 0) TensorPrimitives.MultiplyAdd(source, -factor, target, target);
    }
}
