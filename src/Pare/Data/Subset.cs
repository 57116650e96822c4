using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Some examples of a data set, in the order of <paramref name="indices"/>.</summary>
public sealed class Subset(IDataset source, ImmutableArray<int> indices) : IDataset
{
    /// <summary>At most <paramref name="count"/> examples, drawn by the seed, in the order of the source; all where there are no more.</summary>
    public static IDataset Draw(IDataset source, int count, int seed)
    {
        if (source.Count <= count) return source;
        var order = new int[source.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        new Random(seed).Shuffle(order);
        return source.Take([.. order.Take(count).Order()]);
    }

    public int Count => indices.Length;

    public ImmutableArray<int> Shape => source.Shape;

    public ImmutableArray<string> Classes => source.Classes;

    /// <summary>Where the examples stand in the source.</summary>
    public ImmutableArray<int> Indices => indices;

    public int Label(int index) => source.Label(indices[index]);

    public void Read(int index, Span<float> values) => source.Read(indices[index], values);
}
