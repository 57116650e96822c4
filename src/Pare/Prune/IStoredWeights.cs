using Pare.Onnx;

namespace Pare.Prune;

/// <summary>A layer's weights in the form in which the graph holds them.</summary>
internal interface IStoredWeights
{
    /// <summary>The constant that has one element a weight, in the weights' order.</summary>
    Tensor Elements { get; }

    /// <summary>Bits of one element: 32 for float, log2 of the codebook's size for shared weights.</summary>
    double Bits { get; }

    /// <summary>The weights from <paramref name="start"/> on, as many as the buffer holds; the buffer is used only where they must be decoded.</summary>
    ReadOnlySpan<float> Read(int start, Span<float> buffer);

    /// <summary>The constants to replace so that the marked weights become exact zeros.</summary>
    IEnumerable<Tensor> WithZeros(ReadOnlySpan<bool> pruned);
}

internal static class StoredWeights
{
    /// <summary>The weights behind a value; null where they stand in a form that is not known here.</summary>
    public static IStoredWeights? Of(GraphIndex index, string value)
    {
        if (index.Constant(value) is { } tensor) return tensor.Type == ElementType.Float ? new DenseWeights(tensor) : null;
        if (SharedWeights.Of(index, value) is { } shared) return shared;
        return index.Producer(value) is { } node && node.Is("DequantizeLinear") ? QuantizedWeights.Of(index, node) : null;
    }

    /// <summary>A tensor of the same type with only the given indices of one axis.</summary>
    public static Tensor Take(this Tensor tensor, int axis, ReadOnlySpan<int> indices)
    {
        var inner = tensor.Type.SizeBytes(tensor.Shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b));
        var length = checked((int)inner);
        var size = (int)tensor.Shape[axis];
        var outer = tensor.Shape.Take(axis).Aggregate(1L, (a, b) => a * b);
        var data = new byte[checked(outer * indices.Length * length)];
        var from = tensor.Data.Span;
        var at = 0;
        for (var o = 0; o < outer; o++)
        {
            foreach (var i in indices)
            {
                from.Slice(checked((o * size + i) * length), length).CopyTo(data.AsSpan(at));
                at += length;
            }
        }
        return tensor with { Data = data, Shape = tensor.Shape.SetItem(axis, indices.Length) };
    }
}
