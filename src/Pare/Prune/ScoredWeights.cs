namespace Pare.Prune;

/// <summary>
/// A layer's weights with their scores, read as keys: unsigned numbers in the order of the scores. Key 0 is a weight that is
/// zero already, so it is always the first to be pruned.
/// </summary>
/// <param name="name">The layer, for messages.</param>
/// <param name="value">The value in the graph that holds them.</param>
/// <param name="stored">The weights.</param>
/// <param name="meanSquaredGradients">v of each weight for the saliency w²·v; null for magnitude.</param>
internal sealed class ScoredWeights(string name, string value, IStoredWeights stored, float[]? meanSquaredGradients)
{
    public string Name => name;
    public string Value => value;
    public IStoredWeights Stored => stored;
    public float[]? MeanSquaredGradients => meanSquaredGradients;
    public int Count { get; } = (int)stored.Elements.Count;

    /// <summary>The keys in order of position, for foreach.</summary>
    public KeyChunks Keys() => new(this);

    /// <summary>How many keys are below the given one, and how many equal it.</summary>
    public (long Below, long Equal) CountTo(uint key)
    {
        long below = 0, equal = 0;
        foreach (var keys in Keys())
        {
            foreach (var k in keys)
            {
                below += k < key ? 1 : 0;
                equal += k == key ? 1 : 0;
            }
        }
        return (below, equal);
    }

    /// <summary>Number of weights that are zero.</summary>
    public long CountZeros() => CountTo(0).Equal;

    /// <summary>Marks the weights under the cut that are not zero yet; null where there are none.</summary>
    public bool[]? Marks(Cut cut)
    {
        var marks = new bool[Count];
        var (start, ties, any) = (0, cut.Ties, false);
        foreach (var keys in Keys())
        {
            var into = marks.AsSpan(start, keys.Length);
            for (var i = 0; i < keys.Length; i++)
            {
                var key = keys[i];
                var under = key != 0 & key < cut.Key;
                if (key == cut.Key && ties-- > 0) under = key != 0;
                into[i] = under;
                any |= under;
            }
            start += keys.Length;
        }
        return any ? marks : null;
    }
}
