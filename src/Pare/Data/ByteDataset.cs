using System.Collections.Immutable;
using System.Numerics;

namespace Pare.Data;

/// <summary>Examples held in memory as bytes.</summary>
/// <param name="pixels">Count x shape bytes.</param>
/// <param name="labels">One an example, -1 for none.</param>
/// <param name="shape">Shape of one example.</param>
/// <param name="classes">Class names in the order of the labels, or none.</param>
public sealed class ByteDataset(byte[] pixels, int[] labels, ImmutableArray<int> shape, ImmutableArray<string> classes)
    : MemoryDataset(pixels.Length, labels, shape, classes)
{
    /// <summary>An example's bytes as they stand.</summary>
    public ReadOnlySpan<byte> Bytes(int index) => pixels.AsSpan(index * Size, Size);

    public override void Read(int index, Span<float> values) => Widen(Bytes(index), values);

    /// <summary>Bytes to floats of the same value.</summary>
    internal static void Widen(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var i = 0;
        var lanes = Vector<float>.Count;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[i..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            Vector.ConvertToSingle(Vector.AsVectorInt32(a)).CopyTo(values[i..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(b)).CopyTo(values[(i + lanes)..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(c)).CopyTo(values[(i + (2 * lanes))..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(d)).CopyTo(values[(i + (3 * lanes))..]);
        }
        for (; i < bytes.Length; i++) values[i] = bytes[i];
    }
}
