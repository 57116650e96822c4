using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Examples held in memory, one after the other, each channel by channel.</summary>
public abstract class MemoryDataset : IDataset
{
    private readonly int[] _labels;

    /// <param name="values">How many values there are: count x shape.</param>
    /// <param name="labels">One an example, -1 for none.</param>
    /// <param name="shape">Shape of one example.</param>
    /// <param name="classes">Class names in the order of the labels, or none.</param>
    private protected MemoryDataset(int values, int[] labels, ImmutableArray<int> shape, ImmutableArray<string> classes)
    {
        Size = shape.Aggregate(1, (a, b) => checked(a * b));
        if ((long)labels.Length * Size != values)
            throw new ArgumentException($"{labels.Length} labels of {Size} values need {(long)labels.Length * Size} values, not {values}.");
        _labels = labels;
        Shape = shape;
        Classes = classes;
    }

    public int Count => _labels.Length;

    public ImmutableArray<int> Shape { get; }

    public ImmutableArray<string> Classes { get; }

    /// <summary>Values of one example.</summary>
    private protected int Size { get; }

    public int Label(int index) => _labels[index];

    public abstract void Read(int index, Span<float> values);
}
