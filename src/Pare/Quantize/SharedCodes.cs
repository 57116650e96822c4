namespace Pare.Quantize;

/// <summary>A layer in codes, as a graph holds it.</summary>
/// <param name="Codebook">Entries in use: zero first where the layer has zeros, then ascending.</param>
/// <param name="Codes">One a weight.</param>
/// <param name="Distortion">Sum of importance · (weight - centroid)².</param>
internal sealed record SharedCodes(float[] Codebook, byte[] Codes, double Distortion)
{
    /// <summary>Encodes each weight.</summary>
    /// <param name="weights">A layer's weights.</param>
    /// <param name="codebook">For the weights that are not zero; null where all are zero.</param>
    /// <param name="importance">For each weight; null for 1.</param>
    public static SharedCodes Encode(ReadOnlySpan<float> weights, Codebook? codebook, float[]? importance)
    {
        if (codebook is null) return Of(weights, new byte[weights.Length], [], 0);
        var codes = new byte[weights.Length];
        var distortion = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            double v = importance is null ? 1 : importance[i];
            var code = codebook.Encode(weights[i], v);
            var error = (double)weights[i] - codebook.Centroids[code];
            distortion += v * error * error;
            codes[i] = (byte)code;
        }
        return Of(weights, codes, codebook.Centroids, distortion);
    }

    /// <summary>Puts zero's entry in front and drops the centroids that no weight takes. <paramref name="codes"/> is taken over.</summary>
    /// <exception cref="BadInputException">Zero's entry would be the 257th.</exception>
    public static SharedCodes Of(ReadOnlySpan<float> weights, byte[] codes, ReadOnlySpan<float> centroids, double distortion)
    {
        var used = new bool[256];
        var zeros = false;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) zeros = true;
            else used[codes[i]] = true;
        }
        var entries = new List<float>();
        if (zeros) entries.Add(0);
        var moved = new byte[256];
        for (var c = 0; c < centroids.Length; c++)
        {
            if (!used[c]) continue;
            moved[c] = (byte)entries.Count;
            entries.Add(centroids[c]);
        }
        if (entries.Count > 256) throw new BadInputException("a layer that was shared without zeros has zeros now and no room for them; at most 255 centroids are allowed beside zero");
        for (var i = 0; i < weights.Length; i++) codes[i] = weights[i] == 0 ? (byte)0 : moved[codes[i]];
        return new SharedCodes([.. entries], codes, distortion);
    }

    /// <summary>The record of the layer.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="frozen">Share of the weights that are not zero whose codes are final.</param>
    public LayerChange Change(string name, double frozen = 1)
    {
        var counts = new long[256];
        foreach (var code in Codes) counts[code]++;
        var zeros = Codebook[0] == 0 ? counts[0] : 0;
        return new LayerChange(name, Codes.Length, 1 - (double)zeros / Codes.Length, Math.Log2(Codebook.Length))
        {
            Sharing = new(Codebook.Length, Entropy.Bits(Codebook[0] == 0 ? counts.AsSpan(1) : counts), Distortion, frozen),
        };
    }
}

internal static class Entropy
{
    /// <summary>Entropy in bits a symbol of symbols that occur so often.</summary>
    public static double Bits(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (var count in counts) total += count;
        var bits = 0.0;
        foreach (var count in counts)
            if (count > 0) bits += (double)count / total * Math.Log2((double)total / count);
        return bits;
    }
}
