namespace Pare.Torch.Ops;

/// <summary>Operators that pick elements by index: Gather, its kin, Scatter, Where, OneHot, TopK.</summary>
internal static class Indexing
{
    /// <summary>Gather along an axis; negative indices count from the end.</summary>
    public static TorchTensor Gather(OpCall call)
    {
        var axis = call.Axis("axis", 0, call.X.dim());
        return Pick(call.X, axis, FromFront(call[1], call.X.shape[axis]));
    }

    /// <summary>
    /// Gather by indices that <see cref="LookupIndices"/> has made ready. With a codebook as the data and codes as the indices this is
    /// weight sharing, and its gradient is the sum over each centroid's weights (Deep Compression, section 3).
    /// </summary>
    public static TorchTensor[] Lookup(OpCall call) => [Pick(call.X, call.Axis("axis", 0, call.X.dim()), call[1])];

    /// <summary>Constant indices of a Gather, checked once, so that no step looks at them again.</summary>
    /// <exception cref="BadInputException">An index is outside the data.</exception>
    public static TorchTensor LookupIndices(OpCall call)
    {
        var size = call.X.shape[call.Axis("axis", 0, call.X.dim())];
        var indices = FromFront(call[1], size);
        if (indices.numel() > 0 && (indices.min().item<long>() < 0 || indices.max().item<long>() >= size))
            throw call.Bad($"indices go from {indices.min().item<long>()} to {indices.max().item<long>()}, the axis has {size} elements");
        return indices.to(torch.ScalarType.Int32);
    }

    // Of torch's ways to look up, index_select has the fastest way back: 400,000 codes take 0.4 ms, a tenth of what indexing takes.
    private static TorchTensor Pick(TorchTensor data, int axis, TorchTensor indices) =>
        data.index_select(axis, indices.reshape(-1)).reshape([.. data.shape[..axis], .. indices.shape, .. data.shape[(axis + 1)..]]);

    public static TorchTensor GatherElements(OpCall call)
    {
        var axis = call.Axis("axis", 0, call.X.dim());
        return call.X.gather(axis, FromFront(call[1], call.X.shape[axis]));
    }

    public static TorchTensor ScatterElements(OpCall call)
    {
        var axis = call.Axis("axis", 0, call.X.dim());
        var indices = FromFront(call[1], call.X.shape[axis]);
        return call.Node.Text("reduction", "none") switch
        {
            "none" => call.X.scatter(axis, indices, call[2]),
            "add" => call.X.scatter_add(axis, indices, call[2]),
            var other => throw call.Bad($"reduction '{other}' is not supported in training; none and add are"),
        };
    }

    public static TorchTensor Where(OpCall call) => torch.where(call.X, call[1], call[2]);

    /// <summary>The k largest or smallest along an axis, and their indices.</summary>
    public static TorchTensor[] TopK(OpCall call)
    {
        var k = call.LongsOf(1, "k")?[0] ?? call.Node.Int("k", 1);
        var (values, indices) = call.X.topk((int)k, call.Axis("axis", -1, call.X.dim()), call.Node.Int("largest", 1) != 0, true);
        return [values, indices];
    }

    /// <summary>OneHot: inputs are indices, depth and (off, on) values; the new axis is the last unless said.</summary>
    public static TorchTensor OneHot(OpCall call)
    {
        var depth = call.Longs(1)[0];
        var indices = call.X.to(torch.ScalarType.Int64);
        var axis = call.Axis("axis", -1, indices.dim() + 1);
        using Scalar count = depth;
        var places = torch.arange(count).reshape([.. Enumerable.Range(0, (int)indices.dim() + 1).Select(d => d == axis ? -1L : 1L)]);
        var hot = places == FromFront(indices, depth).unsqueeze(axis);
        return torch.where(hot, call[2][1], call[2][0]);
    }

    /// <summary>Upper or lower triangle of the last two dimensions.</summary>
    public static TorchTensor Triangle(OpCall call)
    {
        var diagonal = call.Optional(1) is null ? 0 : call.Longs(1)[0];
        return call.Node.Int("upper", 1) != 0 ? call.X.triu(diagonal) : call.X.tril(diagonal);
    }

    /// <summary>Indices as torch wants them: 64 bits, none negative.</summary>
    private static TorchTensor FromFront(TorchTensor indices, long size)
    {
        var wide = indices.to(torch.ScalarType.Int64);
        if (indices.dtype == torch.ScalarType.Byte) return wide;
        using Scalar all = size;
        return torch.where(wide.lt(Scalars.Of(0)), wide.add(all, Scalars.One), wide);
    }
}
