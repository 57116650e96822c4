using Pare.LowRank;

namespace Pare.Torch.LowRank;

/// <summary>
/// What each method keeps of a layer at each rank. Exact for matrices and the channel split. For a spatial split and Tucker-2 with moments, inputs are
/// taken as correlated along the axes that the method factorises only (channels and height; channels); Tucker-2 is cut off its higher-order
/// singular value decomposition (De Lathauwer et al. 2000), whose energy at every pair of ranks is known at once.
/// </summary>
public static class RankCurves
{
    /// <summary>The curves of a layer's methods.</summary>
    /// <param name="moments">Second moments of its inputs; null for the energy of its weights.</param>
    public static LayerCurves Of(FactorLayer layer, InputMoments? moments)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var type = Kernels.TypeFor(layer, moments);
        var w = Kernels.Matrix(layer, type);
        var metric = InputMetric.Of(moments, type);
        return new LayerCurves(layer, [.. layer.Methods.Select(m => m switch
        {
            FactorMethod.Tucker2 => Tucker(layer, w, metric),
            FactorMethod.Spatial => Matrix(m, Kernels.Spatial(layer, w), metric is null ? null : InputMetric.Of(metric.Marginal(layer.Kernel[1]))),
            _ => Matrix(m, w, metric),
        })]);
    }

    private static RankCurve Matrix(FactorMethod method, TorchTensor w, InputMetric? metric)
    {
        var energies = Spectra.Energies(w, metric);
        return new RankCurve(method, energies.Length, 1, Shares(energies, energies.Length, 1), [[.. energies.Select(Math.Sqrt)]]);
    }

    private static RankCurve Tucker(FactorLayer layer, TorchTensor w, InputMetric? metric)
    {
        using var scope = torch.NewDisposeScope();
        var kernel = TuckerFactors.Whitened(layer, w, metric).Kernel;
        var (byOutputs, byInputs) = (TuckerFactors.ByOutputs(kernel), TuckerFactors.ByInputs(kernel));
        var (rank, inputRank) = (layer.FullRank(FactorMethod.Tucker2), layer.FullInputRank(FactorMethod.Tucker2));
        var core = TuckerFactors.Core(kernel, Spectra.Leading(byOutputs, null, rank), Spectra.Leading(byInputs, null, inputRank));
        var energies = core.mul(core).sum(2).to(torch.float64).contiguous().data<double>().ToArray();
        return new RankCurve(FactorMethod.Tucker2, rank, inputRank, Shares(energies, rank, inputRank), [Values(byOutputs), Values(byInputs)]);

        static double[] Values(TorchTensor matrix) => [.. Spectra.Energies(matrix, null).Select(Math.Sqrt)];
    }

    // Sums over all ranks up to each, as shares of the whole.
    private static double[] Shares(double[] energies, int rank, int inputRank)
    {
        var sums = new double[energies.Length];
        for (var r = 0; r < rank; r++)
        {
            double row = 0;
            for (var q = 0; q < inputRank; q++)
            {
                row += energies[r * inputRank + q];
                sums[r * inputRank + q] = row + (r > 0 ? sums[(r - 1) * inputRank + q] : 0);
            }
        }
        var whole = sums[^1];
        for (var i = 0; i < sums.Length; i++) sums[i] = whole > 0 ? sums[i] / whole : 1;
        return sums;
    }
}
