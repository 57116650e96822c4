using System.Numerics.Tensors;

namespace Pare.Quantize.Integer;

/// <summary>How weights become codes.</summary>
public enum RoundingMethod
{
    /// <summary>Each to the nearest code.</summary>
    Nearest,

    /// <summary>
    /// One input after the other, each taking up the error that those before it left in the layer's output (Frantar et al., GPTQ, 2023), worked
    /// out as Babai's nearest plane, which is the same (Chen et al. 2025).
    /// </summary>
    Gptq,

    /// <summary>
    /// The codes that leave the least error in the layer's output (Nagel et al., Up or Down? Adaptive Rounding, 2020, equation 13), by
    /// coordinate descent from <see cref="Gptq"/>'s.
    /// </summary>
    AdaRound,
}

/// <summary>Rounds a layer's weights so that the error of its output, (w - ŵ)ᵀ · E[x·xᵀ] · (w - ŵ), is small. Zeros stay zeros.</summary>
internal static class CompensatedRounding
{
    /// <summary>What makes moments definite, relative to their mean (GPTQ, section 3.3).</summary>
    private const double Damping = 0.01;

    private const int MaxSweeps = 20;

    /// <summary>Rounds all rows of a weight.</summary>
    /// <param name="weights">Rows x columns; a row is one output's weights.</param>
    /// <param name="groups">Groups of the layer; its rows are divided among them in order.</param>
    /// <param name="map">The map of a row's column.</param>
    /// <param name="moments">What is known of the inputs.</param>
    /// <param name="isCentred">True where a bias will make up for the mean error of the output.</param>
    /// <returns>Codes, rows x columns.</returns>
    public static sbyte[] Round(float[] weights, int rows, int columns, int groups, Func<int, int, Affine> map, InputMoments moments, RoundingMethod method, bool isCentred = false)
    {
        var codes = new sbyte[weights.Length];
        var each = rows / groups;
        foreach (var block in moments.Blocks)
        {
            var matrix = isCentred ? block.Covariance() : block.Values;
            var factor = Cholesky.Factor(matrix, block.Size, Damping);
            Parallel.For(block.Group * each, (block.Group + 1) * each, row =>
            {
                var start = row * columns + block.First;
                RoundRow(weights.AsSpan(start, block.Size), i => map(row, block.First + i), matrix, factor, codes.AsSpan(start, block.Size), method);
            });
        }
        return codes;
    }

    private static void RoundRow(ReadOnlySpan<float> weights, Func<int, Affine> map, float[] matrix, float[] factor, Span<sbyte> codes, RoundingMethod method)
    {
        var n = weights.Length;
        var error = new float[n];
        for (var i = n - 1; i >= 0; i--)
        {
            var row = factor.AsSpan(i * n, n);
            var target = weights[i] + TensorPrimitives.Dot<float>(row[(i + 1)..], error.AsSpan(i + 1)) / row[i];
            var affine = map(i);
            // A pruned weight takes nothing up.
            codes[i] = (sbyte)affine.Encode(weights[i] == 0 ? 0 : target);
            error[i] = weights[i] - affine.Decode(codes[i]);
        }
        if (method == RoundingMethod.AdaRound) Descend(weights, map, matrix, codes, error);
    }

    // Each code moves by one where that lessens errorᵀ · H · error.
    private static void Descend(ReadOnlySpan<float> weights, Func<int, Affine> map, float[] matrix, Span<sbyte> codes, float[] error)
    {
        var n = error.Length;
        var slope = new float[n];
        for (var i = 0; i < n; i++) slope[i] = TensorPrimitives.Dot<float>(matrix.AsSpan(i * n, n), error);
        var moved = true;
        for (var sweep = 0; sweep < MaxSweeps && moved; sweep++)
        {
            moved = false;
            for (var i = 0; i < n; i++)
            {
                if (weights[i] == 0) continue;
                var affine = map(i);
                var (step, moment) = (slope[i] > 0 ? 1 : -1, matrix[i * n + i]);
                if (2 * MathF.Abs(slope[i]) <= affine.Scale * moment || codes[i] + step < affine.Codes.Min || codes[i] + step > affine.Codes.Max) continue;
                codes[i] = (sbyte)(codes[i] + step);
                error[i] -= step * affine.Scale;
                TensorPrimitives.MultiplyAdd(matrix.AsSpan(i * n, n), -step * affine.Scale, slope, slope);
                moved = true;
            }
        }
    }
}
