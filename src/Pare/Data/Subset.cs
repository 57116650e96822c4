using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Some examples of a data set, in the order of <paramref name="indices"/>.</summary>
public sealed class Subset(IDataset source, ImmutableArray<int> indices) : IDataset
{
    public int Count => indices.Length;

    public ImmutableArray<int> Shape => source.Shape;

    public ImmutableArray<string> Classes => source.Classes;

    /// <summary>Where the examples stand in the source.</summary>
    public ImmutableArray<int> Indices => indices;

    public int Label(int index) => source.Label(indices[index]);

    public void Read(int index, Span<float> values) => source.Read(indices[index], values);
}
