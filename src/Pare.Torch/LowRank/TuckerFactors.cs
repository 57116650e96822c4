using Pare.LowRank;

namespace Pare.Torch.LowRank;

/// <summary>The Tucker-2 decomposition of a kernel [outputs, inputs, places]: K ≈ C ×₁ U ×₂ V with a basis U of outputs and V of inputs.</summary>
internal static class TuckerFactors
{
    /// <summary>Rounds of higher-order orthogonal iteration at most, and the gain of energy at which it ends.</summary>
    private const int Rounds = 25;
    private const double Settled = 1e-10;

    /// <summary>The kernel over inputs that are uncorrelated and of equal size, as far as channels go, and the way back: x' = x·Inverse.</summary>
    public static (TorchTensor Kernel, TorchTensor? Inverse) Whitened(FactorLayer layer, TorchTensor w, InputMetric? metric)
    {
        var kernel = w.reshape(layer.Outputs, layer.Inputs, layer.Window);
        if (metric is null) return (kernel, null);
        var (root, inverse) = Spectra.Roots(metric.Marginal(layer.Window), Damping * metric.Mean);
        return (torch.einsum("oik,ij->ojk", kernel, root.to(w.dtype)), inverse.to(w.dtype));
    }

    /// <summary>What makes moments definite, relative to their mean.</summary>
    public const double Damping = 1e-3;

    public static TorchTensor ByOutputs(TorchTensor kernel) => kernel.reshape(kernel.shape[0], -1);

    public static TorchTensor ByInputs(TorchTensor kernel) => kernel.permute(1, 0, 2).reshape(kernel.shape[1], -1);

    /// <summary>K ×₁ Uᵀ ×₂ Vᵀ.</summary>
    public static TorchTensor Core(TorchTensor kernel, TorchTensor u, TorchTensor v) => torch.einsum("oik,or,iq->rqk", kernel, u, v);

    /// <summary>Bases of outputs and inputs by higher-order orthogonal iteration (De Lathauwer et al. 2000), from the cut decomposition.</summary>
    public static (TorchTensor U, TorchTensor V) Bases(TorchTensor kernel, int rank, int inputRank)
    {
        var v = Spectra.Leading(ByInputs(kernel), null, inputRank);
        var whole = Kernels.Energy(kernel, null);
        for (var (round, before) = (0, -1.0); ; round++)
        {
            var u = Spectra.Leading(torch.einsum("oik,iq->oqk", kernel, v).reshape(kernel.shape[0], -1), null, rank);
            var core = Core(kernel, u, v);
            var kept = Kernels.Energy(core, null);
            if (round == Rounds || kept - before <= Settled * whole) return (u, v);
            before = kept;
            v = Spectra.Leading(torch.einsum("oik,or->irk", kernel, u).reshape(kernel.shape[1], -1), null, inputRank);
        }
    }
}
