namespace Pare.Quantize;

/// <summary>A layer's weights that pruning left, in the layer's order.</summary>
internal readonly record struct Survivors(float[] Values, float[]? Importance)
{
    public int Count => Values.Length;

    /// <summary>The weights that are not zero and, where <paramref name="skip"/> is given, not marked in it.</summary>
    public static Survivors Of(ReadOnlySpan<float> weights, float[]? importance, ReadOnlySpan<bool> skip = default)
    {
        var count = CountOf(weights, skip);
        var values = new float[count];
        var importances = importance is null ? null : new float[count];
        for (int i = 0, at = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0 || (!skip.IsEmpty && skip[i])) continue;
            if (importances is not null) importances[at] = importance![i];
            values[at++] = weights[i];
        }
        return new(values, importances);
    }

    /// <summary>How many weights <see cref="Of"/> finds.</summary>
    public static int CountOf(ReadOnlySpan<float> weights, ReadOnlySpan<bool> skip = default)
    {
        var count = 0;
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] != 0 && (skip.IsEmpty || !skip[i])) count++;
        return count;
    }

    /// <summary>Hands the arrays over to be sorted.</summary>
    public SortedValues Sort() => new(Values, Importance);
}
