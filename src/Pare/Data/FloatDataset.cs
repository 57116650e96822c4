using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Examples held in memory as floats.</summary>
/// <param name="data">Count x shape values.</param>
/// <param name="labels">One an example, -1 for none.</param>
/// <param name="shape">Shape of one example.</param>
/// <param name="classes">Class names in the order of the labels, or none.</param>
public sealed class FloatDataset(float[] data, int[] labels, ImmutableArray<int> shape, ImmutableArray<string> classes)
    : MemoryDataset(data.Length, labels, shape, classes)
{
    public override void Read(int index, Span<float> values) => data.AsSpan(index * Size, Size).CopyTo(values);
}
