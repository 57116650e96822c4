using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Prune;

/// <summary>Walks the keys of a layer's weights, some thousand at a time; they are made afresh, so nothing of the weights' size is kept.</summary>
internal ref struct KeyChunks(ScoredWeights layer)
{
    private const int Length = 4096;
    private const uint Infinity = 0x7F800000;

    private readonly float[] _weights = new float[Length];
    private readonly uint[] _keys = new uint[Length];
    private int _start;
    private int _next;

    public ReadOnlySpan<uint> Current { get; private set; }

    public readonly KeyChunks GetEnumerator() => this;

    /// <exception cref="BadInputException">A weight or a gradient is not a finite number.</exception>
    public bool MoveNext()
    {
        if (_next >= layer.Count) return false;
        _start = _next;
        _next = Math.Min(_start + Length, layer.Count);
        var weights = layer.Stored.Read(_start, _weights.AsSpan(0, _next - _start));
        var keys = _keys.AsSpan(0, weights.Length);
        if (layer.MeanSquaredGradients is { } v) Saliencies(weights, v.AsSpan(_start, weights.Length), keys);
        else Magnitudes(MemoryMarshal.Cast<float, uint>(weights), keys);
        if (keys.IndexOfAnyInRange(Infinity, uint.MaxValue) is var bad and >= 0) CheckFinite(_start + bad, weights[bad]);
        Current = keys;
        return true;
    }

    // The bits of |w|, which have the order of the numbers.
    private static void Magnitudes(ReadOnlySpan<uint> bits, Span<uint> keys)
    {
        var i = 0;
        var mask = new Vector<uint>(int.MaxValue);
        for (; i <= bits.Length - Vector<uint>.Count; i += Vector<uint>.Count) (new Vector<uint>(bits[i..]) & mask).CopyTo(keys[i..]);
        for (; i < bits.Length; i++) keys[i] = bits[i] & int.MaxValue;
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

    private readonly void CheckFinite(int position, float weight)
    {
        if (!float.IsFinite(weight)) throw new BadInputException($"layer '{layer.Name}': weight {position} is {weight}, finite numbers are allowed");
        if (layer.MeanSquaredGradients is { } v && !(v[position] >= 0 && float.IsFinite(v[position])))
            throw new BadInputException($"layer '{layer.Name}': mean squared gradient {position} is {v[position]}, finite numbers from 0 on are allowed");
    }
}
