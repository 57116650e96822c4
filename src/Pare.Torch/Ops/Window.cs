namespace Pare.Torch.Ops;

/// <summary>Where a sliding window (of a convolution or a pooling) stands: one entry a spatial dimension.</summary>
internal sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End)
{
    public int Rank => Kernel.Length;

    /// <summary>True where both sides are padded alike.</summary>
    public bool IsSymmetric => Begin.AsSpan().SequenceEqual(End);

    /// <summary>The window of a node over an input of the given spatial sizes, with auto_pad worked out.</summary>
    public static Window Of(OpCall call, long[] kernel, long[] sizes)
    {
        var rank = kernel.Length;
        var strides = PerDimension(call, "strides", rank, 1);
        var dilations = PerDimension(call, "dilations", rank, 1);
        var (begin, end) = Padding(call, kernel, strides, dilations, sizes);
        return new Window(kernel, strides, dilations, begin, end);
    }

    /// <summary>The input with the window's padding made real.</summary>
    public TorchTensor Pad(TorchTensor x, double value) => torch.nn.functional.pad(x, TorchPadding(Begin, End), PaddingModes.Constant, value);

    /// <summary>A pool's result without windows that start in the padding behind the input: torch counts them where that padding was made real.</summary>
    /// <param name="result">The result, [batch, channels, spatial ...].</param>
    /// <param name="sizes">Spatial sizes of the input without padding.</param>
    public TorchTensor Fitted(TorchTensor result, long[] sizes)
    {
        for (var d = 0; d < Rank; d++)
        {
            var windows = (sizes[d] + Begin[d] + Strides[d] - 1) / Strides[d];
            if (result.shape[2 + d] > windows) result = result.narrow(2 + d, 0, windows);
        }
        return result;
    }

    /// <summary>Padding in torch's order: the last dimension first, before and after.</summary>
    public static long[] TorchPadding(ReadOnlySpan<long> begin, ReadOnlySpan<long> end)
    {
        var padding = new long[2 * begin.Length];
        for (var d = 0; d < begin.Length; d++)
        {
            padding[2 * (begin.Length - 1 - d)] = begin[d];
            padding[(2 * (begin.Length - 1 - d)) + 1] = end[d];
        }
        return padding;
    }

    /// <summary>An attribute with one entry a spatial dimension.</summary>
    public static long[] PerDimension(OpCall call, string attribute, int rank, long otherwise)
    {
        var values = call.Node.Ints(attribute);
        if (values.IsEmpty) return [.. Enumerable.Repeat(otherwise, rank)];
        return values.Length == rank ? [.. values] : throw call.Bad($"{attribute} has {values.Length} entries, the input has {rank} spatial dimensions");
    }

    private static (long[] Begin, long[] End) Padding(OpCall call, long[] kernel, long[] strides, long[] dilations, long[] sizes)
    {
        var rank = kernel.Length;
        var mode = call.Node.Text("auto_pad", "NOTSET");
        if (mode is "VALID") return (new long[rank], new long[rank]);
        if (mode is "NOTSET" or "")
        {
            var pads = PerDimension(call, "pads", 2 * rank, 0);
            return (pads[..rank], pads[rank..]);
        }
        // SAME_*: as many results as the stride fits into the input, the odd cell below or above.
        long[] begin = new long[rank], end = new long[rank];
        for (var d = 0; d < rank; d++)
        {
            var results = (sizes[d] + strides[d] - 1) / strides[d];
            var total = Math.Max(0, ((results - 1) * strides[d]) + ((kernel[d] - 1) * dilations[d]) + 1 - sizes[d]);
            begin[d] = mode == "SAME_LOWER" ? total - (total / 2) : total / 2;
            end[d] = total - begin[d];
        }
        return (begin, end);
    }
}
