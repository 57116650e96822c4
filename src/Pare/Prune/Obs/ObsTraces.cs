using System.Numerics.Tensors;

namespace Pare.Prune.Obs;

/// <summary>
/// The optimal brain surgeon on each row of a layer (Hassibi and Stork 1993; one layer at a time: Frantar and Alistarh, Optimal Brain Compression,
/// 2022): the weight whose removal costs least, w²/[H⁻¹]qq, goes, the others make up for it, H⁻¹ forgets it, and again.
/// </summary>
internal sealed class ObsTraces
{
    private const int CurvePoints = 200;

    private readonly ObsLayer _layer;
    // By row of each section: columns in the order in which they go, and what each costs; never less than what went before.
    private readonly List<(ObsSection Section, int[][] Order, float[][] Loss)> _sections = [];
    private readonly float[] _sorted;

    public ObsTraces(ObsLayer layer)
    {
        _layer = layer;
        foreach (var section in layer.Sections)
        {
            var inverse = Cholesky.Inverse(Cholesky.Factor(section.Matrix, section.Columns, ObsSection.Damping), section.Columns);
            var (order, loss) = (new int[section.Rows][], new float[section.Rows][]);
            Parallel.For(0, section.Rows, row => (order[row], loss[row]) = Trace(layer.Row(layer.Weights, section, row), inverse));
            _sections.Add((section, order, loss));
        }
        _sorted = [.. _sections.SelectMany(s => s.Loss).SelectMany(l => l)];
        Array.Sort(_sorted);
    }

    public IReadOnlyList<(long Zeros, double Error)> Curve()
    {
        var points = new List<(long, double)> { (0, 0) };
        double sum = 0;
        for (var i = 0; i < _sorted.Length; i++)
        {
            sum += _sorted[i];
            if ((i + 1L) * CurvePoints / _sorted.Length > (long)i * CurvePoints / _sorted.Length) points.Add((i + 1, sum));
        }
        return points;
    }

    public float[] With(long zeros)
    {
        var pruned = (float[])_layer.Weights.Clone();
        if (zeros == 0) return pruned;
        var limit = _sorted[zeros - 1];
        // Of equal costs only as many as are wanted.
        var ties = zeros - Array.FindIndex(_sorted, l => l >= limit);
        foreach (var (section, order, loss) in _sections)
        {
            var counts = new int[section.Rows];
            for (var row = 0; row < section.Rows; row++)
            {
                var count = 0;
                while (count < loss[row].Length && (loss[row][count] < limit || (loss[row][count] == limit && ties-- > 0))) count++;
                counts[row] = count;
            }
            var matrix = section.Damped();
            Parallel.For(0, section.Rows, row => Solve(matrix, section.Columns, order[row].AsSpan(0, counts[row]), _layer.Row(pruned, section, row)));
        }
        return pruned;
    }

    private static (int[] Order, float[] Loss) Trace(ReadOnlySpan<float> weights, float[] inverse)
    {
        var n = weights.Length;
        var (h, w) = ((float[])inverse.Clone(), weights.ToArray());
        var (order, loss) = (new int[n], new float[n]);
        var isLeft = new bool[n];
        Array.Fill(isLeft, true);
        var most = 0f;
        for (var step = 0; step < n; step++)
        {
            var (p, least) = (-1, float.PositiveInfinity);
            for (var i = 0; i < n; i++)
            {
                if (!isLeft[i]) continue;
                var cost = w[i] * w[i] / MathF.Max(h[i * n + i], float.Epsilon);
                if (p >= 0 && !(cost < least)) continue;
                (p, least) = (i, cost);
            }
            order[step] = p;
            loss[step] = most = MathF.Max(most, least);
            isLeft[p] = false;
            var row = h.AsSpan(p * n, n);
            var diagonal = MathF.Max(row[p], float.Epsilon);
            TensorPrimitives.MultiplyAdd(row, -w[p] / diagonal, w, w);
            for (var i = 0; i < n; i++)
                if (isLeft[i] && h[i * n + p] != 0) TensorPrimitives.MultiplyAdd(row, -h[i * n + p] / diagonal, h.AsSpan(i * n, n), h.AsSpan(i * n, n));
        }
        return (order, loss);
    }

    // The weights that stay take on what leaves the least error: H_ss·ŵ_s = (H·w)_s.
    private static void Solve(float[] matrix, int n, ReadOnlySpan<int> gone, Span<float> row)
    {
        if (gone.Length == 0) return;
        var stays = new bool[n];
        Array.Fill(stays, true);
        foreach (var i in gone) stays[i] = false;
        RowExchange.Improve(matrix, row, stays);
        var kept = Enumerable.Range(0, n).Where(i => stays[i]).ToArray();
        var target = new float[kept.Length];
        for (var i = 0; i < kept.Length; i++) target[i] = TensorPrimitives.Dot<float>(matrix.AsSpan(kept[i] * n, n), row);
        var part = new float[kept.Length * kept.Length];
        for (var i = 0; i < kept.Length; i++)
            for (var j = 0; j < kept.Length; j++) part[i * kept.Length + j] = matrix[kept[i] * n + kept[j]];
        Cholesky.Solve(Cholesky.Factor(part, kept.Length, 1e-6), kept.Length, target);
        row.Clear();
        for (var i = 0; i < kept.Length; i++) row[kept[i]] = target[i];
    }
}
