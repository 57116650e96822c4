using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Examples held in memory as floats, one after the other.</summary>
public sealed class FloatDataset : IDataset
{
    private readonly float[] data;
    private readonly int[] labels;
    private readonly int size;

    /// <param name="values">Count x shape values.</param>
    /// <param name="labels">One an example, -1 for none.</param>
    /// <param name="shape">Shape of one example.</param>
    /// <param name="classes">Class names in the order of the labels, or none.</param>
    public FloatDataset(float[] values, int[] labels, ImmutableArray<int> shape, ImmutableArray<string> classes)
    {
        size = shape.Aggregate(1, (a, b) => checked(a * b));
        if ((long)labels.Length * size != values.Length)
            throw new ArgumentException($"{labels.Length} labels of {size} values need {(long)labels.Length * size} values, not {values.Length}.");
        data = values;
        this.labels = labels;
        Shape = shape;
        Classes = classes;
    }

    public int Count => labels.Length;

    public ImmutableArray<int> Shape { get; }

    public ImmutableArray<string> Classes { get; }

    public int Label(int index) => labels[index];

    public void Read(int index, Span<float> values) => data.AsSpan(index * size, size).CopyTo(values);
}
