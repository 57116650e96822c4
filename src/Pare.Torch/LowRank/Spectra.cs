namespace Pare.Torch.LowRank;

/// <summary>
/// Singular values and leading spaces of W·R, R·Rᵀ = H the moments of inputs, without R wherever that can be: the squared singular values are the
/// eigenvalues of W·H·Wᵀ, the outputs' own moments, and the best approximation of the outputs at rank r is their projection on its r leading
/// eigenvectors U, that is the weights U·(Uᵀ·W). Nothing is divided by H, which may be singular.
/// </summary>
internal static class Spectra
{
    /// <summary>Sides up to which eigenvalues are worked out in float64, and whole decompositions are cheap enough for a few vectors.</summary>
    private const int MaxDoubles = 2048, MaxWhole = 1024;

    /// <summary>
    /// Subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4): more columns than are asked for, rounds at most, and the gain of energy, relative to
    /// what is kept, at which it ends.
    /// </summary>
    private const int Oversampling = 16, Rounds = 16;
    private const double Settled = 1e-3;

    /// <summary>The squared singular values, falling; min(rows, columns) of them.</summary>
    public static double[] Energies(TorchTensor w, InputMetric? metric)
    {
        using var scope = torch.NewDisposeScope();
        var side = Math.Min(w.shape[0], w.shape[1]);
        var type = side <= MaxDoubles ? torch.float64 : torch.float32;
        var moments = Moments(metric is null ? w.to(type) : w, metric).to(type);
        var values = torch.linalg.eigvalsh(moments).to(torch.float64).data<double>().ToArray();
        Array.Reverse(values);
        for (var i = 0; i < values.Length; i++) values[i] = Math.Max(0, values[i]);
        return values;
    }

    /// <summary>An orthonormal basis of the leading rank-dimensional space of the outputs, most important first: [rows, rank].</summary>
    public static TorchTensor Leading(TorchTensor w, InputMetric? metric, int rank)
    {
        using var scope = torch.NewDisposeScope();
        var (rows, columns) = (w.shape[0], w.shape[1]);
        var side = Math.Min(rows, columns);
        TorchTensor basis;
        if (side > MaxWhole && rank + Oversampling < side / 4) basis = Iterated(w, metric, rank);
        else if (rows <= columns) basis = Top(Moments(w, metric), rank);
        else basis = torch.linalg.qr(Rooted(w, metric).matmul(Top(Moments(w, metric), rank))).Q;
        return basis.MoveToOuterDisposeScope();
    }

    /// <summary>The eigenvectors of the largest eigenvalues, most important first: [side, rank].</summary>
    public static TorchTensor Top(TorchTensor symmetric, int rank)
    {
        var side = symmetric.shape[0];
        return torch.linalg.eigh(symmetric.to(side <= MaxDoubles ? torch.float64 : torch.float32)).Item2.slice(1, side - rank, side, 1).flip(1).to(symmetric.dtype).contiguous();
    }

    /// <summary>R and its inverse, symmetric, for H and a damping that keeps it definite.</summary>
    public static (TorchTensor Root, TorchTensor Inverse) Roots(TorchTensor h, double damping)
    {
        var (values, vectors) = torch.linalg.eigh(h.to(torch.float64));
        var roots = values.clamp(Scalars.Of(0)).add(torch.tensor(damping, dtype: torch.float64), Scalars.One).sqrt();
        return (vectors.mul(roots).matmul(vectors.t()), vectors.div(roots).matmul(vectors.t()));
    }

    // W·H·Wᵀ, or Rᵀ·Wᵀ·W·R where that is smaller.
    private static TorchTensor Moments(TorchTensor w, InputMetric? metric)
    {
        if (w.shape[0] <= w.shape[1]) return (metric?.Times(w) ?? w).matmul(w.t());
        var rooted = Rooted(w, metric);
        return rooted.t().matmul(rooted);
    }

    private static TorchTensor Rooted(TorchTensor w, InputMetric? metric) => metric is null ? w : w.matmul(Roots(metric.Whole(), 0).Root.to(w.dtype));

    private static TorchTensor Iterated(TorchTensor w, InputMetric? metric, int rank)
    {
        var (rows, columns) = ((int)w.shape[0], rank + Oversampling);
        // A start of its own, so that the same matrix gives the same factors.
        var random = new Random(rows);
        var start = new double[rows * columns];
        for (var i = 0; i < start.Length; i++) start[i] = random.NextDouble() - 0.5;
        var basis = torch.linalg.qr(torch.tensor(start).reshape(rows, columns).to(w.dtype)).Q;
        double before = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var inner = torch.NewDisposeScope();
            var projected = basis.t().matmul(w);
            var weighted = metric?.Times(projected) ?? projected;
            var kept = weighted.mul(projected).sum(torch.float64).item<double>();
            if (kept - before <= Settled * kept) break;
            before = kept;
            basis = torch.linalg.qr(w.matmul(weighted.t())).Q.MoveToOuterDisposeScope();
        }
        var seen = basis.t().matmul(w);
        return basis.matmul(Top((metric?.Times(seen) ?? seen).matmul(seen.t()), rank));
    }
}
