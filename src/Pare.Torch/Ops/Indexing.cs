namespace Pare.Torch.Ops;

/// <summary>Gather and Where.</summary>
internal static class Indexing
{
    /// <summary>
    /// Gather along an axis. With a codebook as the data and codes as the indices this is weight sharing, and its gradient
    /// is the sum over each centroid's weights (Deep Compression, section 3).
    /// </summary>
    public static TorchTensor Gather(OpCall call)
    {
        var (data, indices) = (call.X, call[1]);
        var axis = call.Axis("axis", 0, data.dim());
        var size = data.shape[axis];
        var flat = indices.to(torch.ScalarType.Int64).reshape(-1);
        flat = torch.where(flat < 0, flat + size, flat);
        return data.index_select(axis, flat).reshape([.. data.shape[..axis], .. indices.shape, .. data.shape[(axis + 1)..]]);
    }

    public static TorchTensor Where(OpCall call) => torch.where(call.X, call[1], call[2]);
}
