using Pare.LowRank;

namespace Pare.Torch.LowRank;

/// <summary>
/// Factors of layers' weights. Without moments they are nearest to the weights; with moments a layer's outputs err least, exactly for matrices and the
/// channel split. A spatial split and Tucker-2 choose the space of the first layer from moments along the axes it works on, and the layers after it
/// by least squares with all moments; of that, the same behind the plain method's first layer, and the plain factors, the best is
/// taken, so that moments never make it worse on the examples they are from.
/// </summary>
public static class LayerFactors
{
    /// <summary>Factorises a layer.</summary>
    /// <param name="option">Method and ranks, 1 up to the layer's full ranks.</param>
    /// <param name="moments">Second moments of its inputs; null for plain factors.</param>
    public static Factors Solve(FactorLayer layer, RankOption option, InputMoments? moments)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var type = Kernels.TypeFor(layer, moments);
        var w = Kernels.Matrix(layer, type);
        var metric = InputMetric.Of(moments, type);
        return option.Method switch
        {
            FactorMethod.Spatial => Best(layer, option, w, metric, SpatialSplits(layer, w, metric, option.Rank)),
            FactorMethod.Tucker2 => Best(layer, option, w, metric, Tuckers(layer, w, metric, option)),
            _ => Matrix(option, w, metric),
        };
    }

    private static Factors Matrix(RankOption option, TorchTensor w, InputMetric? metric)
    {
        var u = Spectra.Leading(w, metric, option.Rank);
        var right = u.t().matmul(w);
        var error = Kernels.Error(w, (from, to) => u.slice(0, from, to, 1).matmul(right), metric);
        var (left, scaled) = Kernels.Balanced(u, right);
        return new Factors(option.Method, option.Rank, 1, [scaled.ToFloats(), left.ToFloats()], error);
    }

    private static Factors Best(FactorLayer layer, RankOption option, TorchTensor w, InputMetric? metric, IEnumerable<TorchTensor[]> candidates)
    {
        var (best, error) = candidates.Select(c => (c, Error: ErrorOf(c))).MinBy(c => c.Error);
        return new Factors(option.Method, option.Rank, option.InputRank, [.. best.Select(Kernels.ToFloats)], error);

        double ErrorOf(TorchTensor[] factors)
        {
            var product = Product(layer, option.Method, factors);
            return Kernels.Error(w, (from, to) => product.slice(0, from, to, 1), metric);
        }
    }

    // The weight [outputs, inputs · kernel] that factors stand for.
    private static TorchTensor Product(FactorLayer layer, FactorMethod method, TorchTensor[] f) => (method == FactorMethod.Spatial
        ? torch.einsum("riy,orx->oiyx", f[0].reshape(f[0].shape[0], layer.Inputs, -1), f[1])
        : torch.einsum("qi,rqk,or->oik", f[0], f[1], f[2])).reshape(layer.Outputs, -1);

    // [rank, inputs · height], [outputs, rank, width].
    private static IEnumerable<TorchTensor[]> SpatialSplits(FactorLayer layer, TorchTensor w, InputMetric? metric, int rank)
    {
        var (height, width) = (layer.Kernel[0], layer.Kernel[1]);
        var matrix = Kernels.Spatial(layer, w);
        var u = Spectra.Leading(matrix, null, rank);
        yield return Pair(u.reshape(layer.Outputs, width, rank).permute(0, 2, 1), u.t().matmul(matrix));
        if (metric is null) yield break;
        foreach (var space in new[] { u, Spectra.Leading(matrix, InputMetric.Of(metric.Marginal(width)), rank) })
        {
            // Orthonormal rows, that the least squares be definite.
            var first = torch.linalg.qr(space.t().matmul(matrix).t()).Q.t();
            var seen = torch.zeros(rank, width, layer.Inputs * height, width, dtype: w.dtype);
            for (var x = 0; x < width; x++) seen.select(1, x).select(2, x).copy_(first);
            yield return Pair(Fit(w, seen.reshape(rank * width, -1), metric).Weights.reshape(layer.Outputs, rank, width), first);
        }

        TorchTensor[] Pair(TorchTensor second, TorchTensor first)
        {
            var (left, right) = Kernels.Balanced(second.permute(0, 2, 1).reshape(-1, rank), first);
            return [right, left.reshape(layer.Outputs, width, rank).permute(0, 2, 1).contiguous()];
        }
    }

    // [inputRank, inputs], [rank, inputRank, places], [outputs, rank].
    private static IEnumerable<TorchTensor[]> Tuckers(FactorLayer layer, TorchTensor w, InputMetric? metric, RankOption option)
    {
        var (rank, inputRank, places) = (option.Rank, option.InputRank, layer.Window);
        var kernel = w.reshape(layer.Outputs, layer.Inputs, places);
        var (u, v) = TuckerFactors.Bases(kernel, rank, inputRank);
        yield return Triple(u, TuckerFactors.Core(kernel, u, v), v);
        if (metric is null) yield break;
        var (white, inverse) = TuckerFactors.Whitened(layer, w, metric);
        foreach (var inputs in new[] { v, torch.linalg.qr(inverse!.matmul(TuckerFactors.Bases(white, rank, inputRank).V)).Q })
        {
            var seen = torch.zeros(inputRank, places, layer.Inputs, places, dtype: w.dtype);
            for (var p = 0; p < places; p++) seen.select(1, p).select(2, p).copy_(inputs.t());
            // Reduced-rank regression: the fit's outputs, projected on their leading space.
            var (weights, moments) = Fit(w, seen.reshape(inputRank * places, -1), metric);
            var outputs = Spectra.Top(moments, rank);
            yield return Triple(outputs, outputs.t().matmul(weights).reshape(rank, inputRank, places), inputs);
        }

        TorchTensor[] Triple(TorchTensor left, TorchTensor core, TorchTensor right)
        {
            var (first, inner) = Kernels.Balanced(core.permute(0, 2, 1).reshape(-1, inputRank), right.t());
            var (last, middle) = Kernels.Balanced(left, first.reshape(rank, places, inputRank).permute(0, 2, 1).reshape(rank, -1));
            return [inner, middle.reshape(rank, inputRank, places), last];
        }
    }

    // X = argmin |(w - X·seen)·R|, and the moments of its outputs, X·seen·H·seenᵀ·Xᵀ; a little damping pulls towards the weights.
    private static (TorchTensor Weights, TorchTensor Moments) Fit(TorchTensor w, TorchTensor seen, InputMetric metric)
    {
        var weighted = metric.Times(seen).Plus(seen.mul(torch.tensor(TuckerFactors.Damping * metric.Mean, dtype: w.dtype)));
        var cross = w.matmul(weighted.t());
        var x = torch.linalg.solve(weighted.matmul(seen.t()), cross.t()).t();
        var moments = x.matmul(cross.t());
        return (x, moments.Plus(moments.t()));
    }
}
