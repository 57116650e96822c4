using System.Numerics.Tensors;

namespace Pare.Prune.Obs;

/// <summary>
/// The optimal brain surgeon in blocks of columns, all rows of a section with one factor of its moments (Frantar and Alistarh, SparseGPT, 2023), from the
/// last column to the first: with H = Uᵀ·U, a column that goes costs (U_ii · t)², t being its weight with what later columns left to make up for.
/// </summary>
internal static class ObsColumns
{
    /// <summary>Columns whose zeros are chosen at one time.</summary>
    private const int BlockColumns = 128;

    private static readonly double[] CurvePoints = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98];

    /// <summary>Prunes each section to a sparsity, or to a pattern.</summary>
    public static float[] Prune(ObsLayer layer, double sparsity, (int Kept, int Of)? pattern) => Prune(layer, sparsity, pattern, [.. layer.Sections.Select(Factor)]);

    /// <summary>The error at some sparsities.</summary>
    public static IReadOnlyList<(long Zeros, double Error)> Curve(ObsLayer layer)
    {
        float[][] factors = [.. layer.Sections.Select(Factor)];
        return
        [
            (0, 0),
            .. CurvePoints.Select(s => ((long)(s * layer.Weights.Length), layer.ErrorOf(Prune(layer, s, null, factors)))),
            (layer.Weights.Length, layer.Energy),
        ];
    }

    private static float[] Factor(ObsSection section) => Cholesky.Factor(section.Matrix, section.Columns, ObsSection.Damping);

    private static float[] Prune(ObsLayer layer, double sparsity, (int Kept, int Of)? pattern, float[][] factors)
    {
        var pruned = (float[])layer.Weights.Clone();
        foreach (var (section, u) in layer.Sections.Zip(factors))
        {
            var n = section.Columns;
            var step = pattern is { } p ? Math.Max(1, BlockColumns / p.Of) * p.Of : BlockColumns;
            var error = new float[section.Rows * n];
            // Patterns count from the first column.
            for (var first = (n - 1) / step * step; first >= 0; first -= step)
            {
                var count = Math.Min(step, n - first);
                var (targets, costs) = (new float[section.Rows * count], new float[section.Rows * count]);
                Parallel.For(0, section.Rows, row =>
                {
                    var weights = layer.Row(layer.Weights, section, row);
                    for (var i = 0; i < count; i++)
                    {
                        var at = first + i;
                        var diagonal = u[at * n + at];
                        var later = TensorPrimitives.Dot<float>(u.AsSpan(at * n + first + count, n - first - count), error.AsSpan(row * n + first + count, n - first - count));
                        var t = targets[row * count + i] = weights[at] + later / diagonal;
                        // A zero stays a zero.
                        costs[row * count + i] = weights[at] == 0 ? -1 : t * t * diagonal * diagonal;
                    }
                });
                var goes = pattern is { } q ? ByPattern(costs, count, q.Kept, q.Of) : Cheapest(costs, sparsity);
                Parallel.For(0, section.Rows, row =>
                {
                    var weights = layer.Row(layer.Weights, section, row);
                    var result = layer.Row(pruned, section, row);
                    var d = error.AsSpan(row * n, n);
                    for (var i = count - 1; i >= 0; i--)
                    {
                        var at = first + i;
                        var later = TensorPrimitives.Dot<float>(u.AsSpan(at * n + at + 1, count - 1 - i), d.Slice(at + 1, count - 1 - i));
                        result[at] = goes[row * count + i] ? 0 : targets[row * count + i] + later / u[at * n + at];
                        d[at] = weights[at] - result[at];
                    }
                });
            }
        }
        return pruned;
    }

    private static bool[] Cheapest(float[] costs, double sparsity)
    {
        var goes = new bool[costs.Length];
        var order = new int[costs.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort((float[])costs.Clone(), order);
        for (var i = 0; i < (int)Math.Round(sparsity * costs.Length); i++) goes[order[i]] = true;
        for (var i = 0; i < costs.Length; i++) goes[i] |= costs[i] < 0;
        return goes;
    }

    private static bool[] ByPattern(float[] costs, int columns, int kept, int of)
    {
        var goes = new bool[costs.Length];
        for (var start = 0; start < costs.Length; start += columns)
        {
            for (var first = start; first < start + columns; first += of)
            {
                foreach (var i in Enumerable.Range(first, Math.Min(of, start + columns - first)).OrderBy(i => costs[i]).Take(of - kept)) goes[i] = true;
            }
        }
        return goes;
    }
}
