using Pare.LowRank;

namespace Pare.Torch.LowRank;

/// <summary>A layer's weight as torch tensors, and torch tensors as weights.</summary>
internal static class Kernels
{
    /// <summary>Numbers up to which a layer's weight and moments are held in float64.</summary>
    private const long MaxDoubles = 1 << 24;

    /// <summary>Rows of a matrix that errors are worked out for at one time.</summary>
    private const int Rows = 512;

    public static torch.ScalarType TypeFor(FactorLayer layer, InputMoments? moments) =>
        layer.Weights + (moments?.Blocks.Sum(b => (long)b.Values.Length) ?? 0) <= MaxDoubles ? torch.float64 : torch.float32;

    /// <summary>The weight as a matrix [outputs, inputs · kernel].</summary>
    public static TorchTensor Matrix(FactorLayer layer, torch.ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var stored = layer.Weight.ToTorch();
        return (layer.InputsFirst ? stored.t() : stored.reshape(layer.Outputs, -1)).to(type).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The matrix that a spatial split factorises, [outputs · width, inputs · height], from [outputs, inputs · height · width].</summary>
    public static TorchTensor Spatial(FactorLayer layer, TorchTensor w) =>
        w.reshape(layer.Outputs, layer.Inputs, layer.Kernel[0], layer.Kernel[1]).permute(0, 3, 1, 2).reshape(layer.Outputs * layer.Kernel[1], -1);

    public static float[] ToFloats(this TorchTensor tensor) => tensor.to(torch.float32).contiguous().data<float>().ToArray();

    /// <summary>Two factors of a product, [rows, rank] and [rank, columns], with equal norms at each rank: both then learn alike.</summary>
    public static (TorchTensor Left, TorchTensor Right) Balanced(TorchTensor left, TorchTensor right)
    {
        var least = Scalars.Of(1e-30);
        var scale = right.mul(right).sum(1).clamp(least).div(left.mul(left).sum(0).clamp(least)).pow(Scalars.Of(0.25));
        return (left.mul(scale), right.div(scale.unsqueeze(1)));
    }

    /// <summary>|(w - approximation)·R| / |w·R|.</summary>
    /// <param name="approximation">Rows of the approximation, from the first up to, not including, the second.</param>
    public static double Error(TorchTensor w, Func<long, long, TorchTensor> approximation, InputMetric? metric)
    {
        var whole = Energy(w, metric);
        return whole <= 0 ? 0 : Math.Sqrt(Energy(w.shape[0], (from, to) => w.slice(0, from, to, 1).Minus(approximation(from, to)), metric) / whole);
    }

    /// <summary>|w·R|².</summary>
    public static double Energy(TorchTensor w, InputMetric? metric) => Energy(w.shape[0], (from, to) => w.slice(0, from, to, 1), metric);

    // A few rows at a time: copies of a large layer are what would take most memory.
    private static double Energy(long count, Func<long, long, TorchTensor> rows, InputMetric? metric)
    {
        double sum = 0;
        for (var from = 0L; from < count; from += Rows)
        {
            using var scope = torch.NewDisposeScope();
            var part = rows(from, Math.Min(count, from + Rows));
            sum += (metric?.Times(part) ?? part).mul(part).sum(torch.float64).item<double>();
        }
        return Math.Max(0, sum);
    }
}
