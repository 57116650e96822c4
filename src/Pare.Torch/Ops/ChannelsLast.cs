namespace Pare.Torch.Ops;

/// <summary>
/// Pictures whose memory has the channels of a pixel side by side; their shape stays [N, C, H, W]. The CPU's convolutions are up to 1.75 times faster on
/// them, normalisation and pooling twice. A gradient that comes back in another order is several times slower for everything before it, so operators
/// between convolutions keep the order both ways.
/// </summary>
internal static class ChannelsLast
{
    /// <summary>The picture in this order; the same memory where it is already.</summary>
    public static TorchTensor Of(TorchTensor picture) => ToFront(ToBack(picture).contiguous());

    /// <summary>
    /// Reshape. Where channels are split ([N, C, H, W] to [N, g, C / g, H, W]) or joined again, as a channel shuffle does, those of a pixel stay side by side.
    /// </summary>
    public static TorchTensor Reshape(TorchTensor x, long[] shape)
    {
        var from = x.shape;
        var isShuffle = (from.Length, shape.Length) is (4, 5) or (5, 4) && from[0] == shape[0] && from[^2] == shape[^2] && from[^1] == shape[^1];
        if (!isShuffle || !IsLast(x)) return x.reshape(shape);
        return ToFront(ToBack(x).reshape([shape[0], shape[^2], shape[^1], .. shape[1..^2]]));
    }

    // Of a picture's axes, width steps by a whole pixel and height by a whole row.
    private static bool IsLast(TorchTensor x)
    {
        var shape = x.shape;
        var pixel = x.numel() / Math.Max(1, shape[0] * shape[^1] * shape[^2]);
        return pixel > 1 && x.stride(-1) == pixel && x.stride(-2) == pixel * shape[^1];
    }

    private static TorchTensor ToBack(TorchTensor x) => x.dim() == 4 ? x.permute(0, 2, 3, 1) : x.permute(0, 3, 4, 1, 2);

    private static TorchTensor ToFront(TorchTensor x) => x.dim() == 4 ? x.permute(0, 3, 1, 2) : x.permute(0, 3, 4, 1, 2);
}
