using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Examples held in memory as floats, one after the other.</summary>
public sealed class FloatDataset : IDataset
{
    private readonly float[] _data;
    private readonly int[] _labels;
    private readonly int _size;

    /// <param name="values">Count x shape values.</param>
    /// <param name="labels">One an example, -1 for none.</param>
    /// <param name="shape">Shape of one example.</param>
    /// <param name="classes">Class names in the order of the labels, or none.</param>
    public FloatDataset(float[] values, int[] labels, ImmutableArray<int> shape, ImmutableArray<string> classes)
    {
        _size = shape.Aggregate(1, (a, b) => checked(a * b));
        if ((long)labels.Length * _size != values.Length)
            throw new ArgumentException($"{labels.Length} labels of {_size} values need {(long)labels.Length * _size} values, not {values.Length}.");
        _data = values;
        _labels = labels;
        Shape = shape;
        Classes = classes;
    }

    public int Count => _labels.Length;

    public ImmutableArray<int> Shape { get; }

    public ImmutableArray<string> Classes { get; }

    public int Label(int index) => _labels[index];

    public void Read(int index, Span<float> values) => _data.AsSpan(index * _size, _size).CopyTo(values);
}
