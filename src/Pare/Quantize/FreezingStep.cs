using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>One layer after a step of freezing.</summary>
/// <param name="Codes">Codes of all weights; those of free ones are where they would go now.</param>
/// <param name="Frozen">The weights whose codes are final; zeros are from the start.</param>
/// <param name="FrozenShare">Share of the weights that are not zero which are frozen.</param>
internal sealed record FreezingStep(SharedCodes Codes, bool[] Frozen, double FrozenShare)
{
    /// <summary>Finds codes for the free weights and freezes those that cost least, up to the fraction.</summary>
    /// <param name="layer">The layer's weights as they are now.</param>
    /// <param name="lambda">Price of a bit in the unit of importance · weight².</param>
    /// <param name="options">How far to freeze, and how to share.</param>
    public static FreezingStep Take(LayerWeights layer, double lambda, FreezeOptions options)
    {
        var weights = layer.Values;
        var frozen = layer.FrozenOrZero();
        var free = Survivors.Of(weights, layer.Importance, frozen);
        var survivors = Survivors.CountOf(weights);
        if (survivors == 0) return new(SharedCodes.Encode(weights, null, null), frozen, 1);
        var codebook = layer.Partly is { } partly
            ? Update(partly.Shared.Codebook.Floats, weights, frozen, free, lambda)
            : Sharer.FindCodebook(free.Sort(), layer.Room(options.Sharing, survivors), options.Sharing, lambda);

        var codes = new byte[weights.Length];
        var candidates = new List<(double Cost, int Index)>(free.Count);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            var code = frozen[i] ? codebook.Centroids.BinarySearch(weights[i]) : codebook.Encode(weights[i], layer.ImportanceAt(i));
            codes[i] = (byte)code;
            if (!frozen[i]) candidates.Add((codebook.Cost(weights[i], layer.ImportanceAt(i), code), i));
        }
        var before = survivors - candidates.Count;
        // The margin keeps 0.3 of 10 weights at 3.
        var target = Math.Max(before, (int)Math.Ceiling(options.Fraction * survivors - 1e-9));
        var distortion = 0.0;
        candidates.Sort();
        foreach (var (_, i) in candidates.Take(target - before))
        {
            frozen[i] = true;
            var error = (double)weights[i] - codebook.Centroids[codes[i]];
            distortion += error * error * layer.ImportanceAt(i);
        }
        return new(SharedCodes.Of(weights, codes, codebook.Centroids, distortion), frozen, (double)target / survivors);
    }

    /// <summary>The layer's new form: shared where everything is frozen, else partly shared.</summary>
    public WeightForm Form(LayerWeights layer, long opset)
    {
        var shape = layer.Value.Shape.AsSpan();
        if (FrozenShare >= 1) return SharedWeight.Form(layer.Name, shape, Codes.Codebook, Codes.Codes, opset);
        var free = layer.Values.ToArray();
        var codes = Codes.Codes.AsSpan().ToArray();
        for (var i = 0; i < free.Length; i++)
        {
            if (Frozen[i]) free[i] = 0;
            else codes[i] = 0;
        }
        return PartlySharedWeight.Form(layer.Name, shape, Codes.Codebook, codes, Frozen, free, opset);
    }

    // Centroids that frozen weights hold stay; the free weights choose among all of them and move the others.
    private static Codebook Update(ReadOnlySpan<float> trained, ReadOnlySpan<float> weights, ReadOnlySpan<bool> frozen, Survivors free, double lambda)
    {
        float[] centroids = [.. trained.ToArray().Where(c => c != 0).Distinct().Order()];
        var held = new long[centroids.Length];
        for (var i = 0; i < weights.Length; i++)
            if (frozen[i] && weights[i] != 0) held[Array.BinarySearch(centroids, weights[i])]++;
        return EntropyKMeans1D.Cluster(free.Sort(), centroids, lambda, held);
    }
}
