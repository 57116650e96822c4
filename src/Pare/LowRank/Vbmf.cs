namespace Pare.LowRank;

/// <summary>
/// The rank of a matrix that is a low-rank signal and noise, by the analytic global solution of empirical variational Bayesian matrix
/// factorization with unknown noise (Nakajima, Sugiyama, Babacan, Tomioka, JMLR 14, 2013, theorem 2 and corollary 2).
/// </summary>
public static class Vbmf
{
    /// <summary>Points at which the noise's free energy is looked at, evenly on a logarithmic scale, before its least is closed in on.</summary>
    private const int Points = 512;

    /// <summary>The number of singular values that stand out of the noise; 0 where none does.</summary>
    /// <param name="singularValues">All min(rows, columns) of them, falling.</param>
    public static int Rank(ReadOnlySpan<double> singularValues, int rows, int columns)
    {
        // L, M, alpha, x: the paper's symbols.
        var (l, m) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var alpha = (double)l / m;
        var squares = new double[l];
        // A vanishing value has no logarithm.
        var least = 1e-14 * singularValues[0] * singularValues[0];
        if (least == 0) return 0;
        for (var i = 0; i < l; i++) squares[i] = Math.Max(singularValues[i] * singularValues[i], least);

        var (tau, limit) = Threshold(alpha);
        var noise = Noise(squares, m, alpha, limit);
        var rank = 0;
        while (rank < l && squares[rank] > m * noise * (1 + tau) * (1 + alpha / tau)) rank++;
        return rank;
    }

    // The largest x = s² / (M · noise) that is noise, through an approximation of tau at that point (the paper's equation 19).
    private static (double Tau, double X) Threshold(double alpha)
    {
        var tau = 2.5129 * Math.Sqrt(alpha);
        return (tau, (1 + tau) * (1 + alpha / tau));
    }

    private static double Noise(double[] squares, int m, double alpha, double limit)
    {
        var l = squares.Length;
        var most = Math.Clamp((int)Math.Ceiling(l / (1 + alpha)) - 1, 0, l - 1);
        var upper = squares.Sum() / ((double)l * m);
        var lower = Math.Max(squares[most] / (m * limit), squares[most..].Average() / m);
        if (!(lower < upper)) return upper;
        // Not convex everywhere: first a look from end to end.
        double At(int i) => lower * Math.Pow(upper / lower, (double)i / Points);
        var best = Enumerable.Range(0, Points + 1).MinBy(i => FreeEnergy(At(i), squares, m, alpha, limit));
        var (a, b) = (At(Math.Max(0, best - 1)), At(Math.Min(Points, best + 1)));
        var golden = (Math.Sqrt(5) - 1) / 2;
        for (var i = 0; i < 60; i++)
        {
            var (c, d) = (b - golden * (b - a), a + golden * (b - a));
            if (FreeEnergy(c, squares, m, alpha, limit) < FreeEnergy(d, squares, m, alpha, limit)) b = d;
            else a = c;
        }
        return (a + b) / 2;
    }

    private static double FreeEnergy(double noise, double[] squares, int m, double alpha, double limit)
    {
        double sum = 0;
        foreach (var square in squares)
        {
            var x = square / (m * noise);
            if (x <= limit)
            {
                sum += x - Math.Log(x);
                continue;
            }
            var shifted = x - (1 + alpha);
            var tau = (shifted + Math.Sqrt(shifted * shifted - 4 * alpha)) / 2;
            sum += x - tau + Math.Log((tau + 1) / x) + alpha * Math.Log(tau / alpha + 1);
        }
        return sum;
    }
}
