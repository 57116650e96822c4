using Pare.Onnx;

namespace Pare.Prune;

/// <summary>
/// A layer's weights with their scores, read as keys: unsigned numbers in the order of the scores. Key 0 is a weight that is
/// zero already, so it is always the first to be pruned. Keys are made afresh at each reading; nothing of the weights' size is kept.
/// </summary>
/// <param name="name">The layer, for messages.</param>
/// <param name="value">The value in the graph that holds them.</param>
/// <param name="stored">The weights.</param>
/// <param name="meanSquaredGradients">v of each weight for the saliency w²·v; null for magnitude.</param>
internal sealed class ScoredWeights(string name, string value, IStoredWeights stored, float[]? meanSquaredGradients)
{
    private const int ChunkLength = 4096;
    private const uint Infinity = 0x7F800000;

    public string Name => name;
    public string Value => value;
    public IStoredWeights Stored => stored;
    public int Count { get; } = (int)stored.Elements.Count;

    /// <summary>Calls <paramref name="use"/> with the keys, chunk after chunk, and the position of each chunk's first.</summary>
    /// <exception cref="BadInputException">A weight or a gradient is not a finite number.</exception>
    public void ForEachChunk(Action<int, ReadOnlySpan<uint>> use)
    {
        var weights = new float[ChunkLength];
        var keys = new uint[ChunkLength];
        for (var start = 0; start < Count; start += ChunkLength)
        {
            var length = Math.Min(ChunkLength, Count - start);
            var chunk = stored.Read(start, weights.AsSpan(0, length));
            var into = keys.AsSpan(0, length);
            if (meanSquaredGradients is null) Magnitudes(chunk, into);
            else Saliencies(chunk, meanSquaredGradients.AsSpan(start, length), into);
            if (into.IndexOfAnyInRange(Infinity, uint.MaxValue) is var bad and >= 0) CheckFinite(start + bad, chunk[bad]);
            use(start, into);
        }
    }

    /// <summary>How many keys are below the given one, and how many equal it.</summary>
    public (long Below, long Equal) CountTo(uint key)
    {
        long below = 0, equal = 0;
        ForEachChunk((_, keys) =>
        {
            int less = 0, same = 0;
            foreach (var k in keys)
            {
                if (k < key) less++;
                if (k == key) same++;
            }
            below += less;
            equal += same;
        });
        return (below, equal);
    }

    /// <summary>Marks the weights under the cut that are not zero yet; null where there are none.</summary>
    public bool[]? Marks(Cut cut)
    {
        var marks = new bool[Count];
        var ties = cut.Ties;
        var any = false;
        ForEachChunk((start, keys) =>
        {
            for (var i = 0; i < keys.Length; i++)
            {
                var under = keys[i] < cut.Key || (keys[i] == cut.Key && ties-- > 0);
                any |= marks[start + i] = under && keys[i] != 0;
            }
        });
        return any ? marks : null;
    }

    private static void Magnitudes(ReadOnlySpan<float> weights, Span<uint> keys)
    {
        for (var i = 0; i < keys.Length; i++) keys[i] = BitConverter.SingleToUInt32Bits(MathF.Abs(weights[i]));
    }

    // |w|·√v has the order of w²·v and half its exponent, so it neither underflows nor overflows.
    private static void Saliencies(ReadOnlySpan<float> weights, ReadOnlySpan<float> v, Span<uint> keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var magnitude = MathF.Abs(weights[i]);
            keys[i] = magnitude == 0 ? 0 : 1 + (BitConverter.SingleToUInt32Bits(magnitude * MathF.Sqrt(v[i])) & int.MaxValue);
        }
    }

    private void CheckFinite(int position, float weight)
    {
        if (!float.IsFinite(weight)) throw new BadInputException($"layer '{name}': weight {position} is {weight}, finite numbers are allowed");
        if (meanSquaredGradients is { } v && !(v[position] >= 0 && float.IsFinite(v[position])))
            throw new BadInputException($"layer '{name}': mean squared gradient {position} is {v[position]}, finite numbers from 0 on are allowed");
    }
}
