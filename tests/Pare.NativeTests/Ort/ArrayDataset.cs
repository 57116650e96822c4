using System.Collections.Immutable;
using Pare.Data;

namespace Pare.NativeTests.Ort;

/// <summary>Examples made by a function of their index.</summary>
internal sealed class ArrayDataset(int count, ImmutableArray<int> shape, Func<int, int> label, Func<int, int, float> value) : IDataset
{
    public int Count => count;
    public ImmutableArray<int> Shape => shape;
    public ImmutableArray<string> Classes => [];
    public int Label(int index) => label(index);

    public void Read(int index, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = value(index, i);
    }
}
