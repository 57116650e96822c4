namespace Pare.Quantize;

/// <summary>
/// What a bit of code costs in the unit of importance · weight². λ itself is a pure number, so that one value serves models
/// and importances of any scale: relative to the mean importance · weight² of the weights still to be shared. Importances
/// compare layers, so with them the mean is over all layers; a layer without has its own.
/// </summary>
internal readonly record struct BitPrice(double Lambda, double WithImportance)
{
    public static BitPrice Of(IEnumerable<LayerWeights> layers, double lambda)
    {
        var (sum, count) = (0.0, 0L);
        if (lambda > 0)
        {
            foreach (var layer in layers.Where(l => l.Importance is not null))
            {
                var (layerSum, layerCount) = Sum(layer);
                (sum, count) = (sum + layerSum, count + layerCount);
            }
        }
        return new(lambda, count == 0 ? 0 : lambda * sum / count);
    }

    /// <summary>The price of a bit in one layer.</summary>
    public double For(LayerWeights layer)
    {
        if (Lambda == 0 || layer.Importance is not null) return WithImportance;
        var (sum, count) = Sum(layer);
        return count == 0 ? 0 : Lambda * sum / count;
    }

    private static (double Sum, long Count) Sum(LayerWeights layer)
    {
        var (sum, count) = (0.0, 0L);
        var weights = layer.Values;
        var frozen = layer.Partly is { } partly ? partly.Frozen.Data.Span : default;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0 || (!frozen.IsEmpty && frozen[i] != 0)) continue;
            sum += (double)weights[i] * weights[i] * layer.ImportanceAt(i);
            count++;
        }
        return (sum, count);
    }
}
