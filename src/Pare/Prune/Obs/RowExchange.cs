using System.Numerics.Tensors;

namespace Pare.Prune.Obs;

/// <summary>
/// Betters the choice of a row's weights: one that went comes back, the one that is then missed least goes, for as long as that lessens the error; from the
/// choice that is given, and from one that begins with none. The sweep operator (Goodnight 1979) holds for every weight what its coming or going is worth.
/// </summary>
internal static class RowExchange
{
    /// <summary>What an exchange must win, relative to what the coming weight wins; less is rounding.</summary>
    private const double LeastGain = 1e-4;

    /// <summary>Changes which weights stay.</summary>
    /// <param name="matrix">Moments H, n x n, definite.</param>
    /// <param name="weights">The row as it was.</param>
    /// <param name="stays">Which weights stay; their number does not change.</param>
    public static void Improve(float[] matrix, ReadOnlySpan<float> weights, bool[] stays)
    {
        var n = stays.Length;
        var kept = stays.AsSpan().Count(true);
        if (kept == 0 || kept == n) return;
        // [H, H·w], swept by the weights that stay: beside the others stands what is missing, beside these their new values.
        var table = new double[n * (n + 1)];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                table[i * (n + 1) + j] = matrix[i * n + j];
                table[i * (n + 1) + n] += (double)matrix[i * n + j] * weights[j];
            }
        }
        var product = Enumerable.Range(0, n).Select(i => table[i * (n + 1) + n]).ToArray();

        var fresh = (double[])table.Clone();
        for (var i = 0; i < n; i++)
            if (stays[i]) Sweep(table, n, i, sign: 1);
        Exchange(table, weights, stays, kept);

        var others = new bool[n];
        for (var i = 0; i < kept; i++)
        {
            var comes = Missed(fresh, weights, others).At;
            if (comes < 0) return;
            Sweep(fresh, n, comes, sign: 1);
            others[comes] = true;
        }
        Exchange(fresh, weights, others, kept);
        if (Explained(fresh, product, others) > Explained(table, product, stays)) others.CopyTo(stays, 0);
    }

    private static void Exchange(double[] table, ReadOnlySpan<float> weights, bool[] stays, int most)
    {
        var n = stays.Length;
        for (var exchange = 0; exchange < most; exchange++)
        {
            var (comes, gain) = Missed(table, weights, stays);
            if (comes < 0) return;
            Sweep(table, n, comes, sign: 1);
            var (goes, loss) = (-1, double.PositiveInfinity);
            for (var i = 0; i < n; i++)
            {
                if (!stays[i]) continue;
                var costs = table[i * (n + 1) + n] * table[i * (n + 1) + n] / -table[i * (n + 1) + i];
                if (costs < loss) (goes, loss) = (i, costs);
            }
            if (goes < 0 || !(loss < gain * (1 - LeastGain)))
            {
                Sweep(table, n, comes, sign: -1);
                return;
            }
            Sweep(table, n, goes, sign: -1);
            (stays[comes], stays[goes]) = (true, false);
        }
    }

    // The weight whose coming back lessens the error most.
    private static (int At, double Gain) Missed(double[] table, ReadOnlySpan<float> weights, bool[] stays)
    {
        var n = stays.Length;
        var (comes, gain) = (-1, 0.0);
        for (var i = 0; i < n; i++)
        {
            // A zero stays a zero.
            if (stays[i] || weights[i] == 0) continue;
            var wins = table[i * (n + 1) + n] * table[i * (n + 1) + n] / table[i * (n + 1) + i];
            if (wins > gain) (comes, gain) = (i, wins);
        }
        return (comes, gain);
    }

    // What the weights that stay account for of wᵀ·H·w.
    private static double Explained(double[] table, double[] product, bool[] stays)
    {
        var sum = 0.0;
        for (var i = 0; i < stays.Length; i++)
            if (stays[i]) sum += product[i] * table[i * (stays.Length + 1) + stays.Length];
        return sum;
    }

    // Sweeps index k in, or out again where sign is -1.
    private static void Sweep(double[] t, int n, int k, int sign)
    {
        var width = n + 1;
        var row = t.AsSpan(k * width, width);
        var pivot = row[k];
        if (!(Math.Abs(pivot) > double.Epsilon)) return;
        for (var i = 0; i < n; i++)
        {
            if (i == k) continue;
            var other = t.AsSpan(i * width, width);
            var factor = other[k] / pivot;
            TensorPrimitives.MultiplyAdd(row, -factor, other, other);
            other[k] = sign * factor;
        }
        TensorPrimitives.Divide(row, sign * pivot, row);
        row[k] = -1 / pivot;
    }
}
