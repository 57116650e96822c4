namespace Pare.Torch.Ops;

/// <summary>Conv and ConvTranspose of 1 to 3 spatial dimensions.</summary>
internal static class Convolution
{
    /// <summary>Conv: x [N, C, spatial...], weight [M, C/group, kernel...], bias [M] or left out.</summary>
    public static TorchTensor Conv(OpCall call)
    {
        var (x, weight, bias) = (call.X, call[1], call.Optional(2));
        var window = Window.Of(call, weight.shape[2..], x.shape[2..]);
        var groups = call.Node.Int("group", 1);
        var padding = window.Begin;
        if (!window.IsSymmetric)
        {
            x = window.Pad(x, 0);
            padding = new long[window.Rank];
        }
        if (window.Rank == 2) x = ChannelsLast.Of(x);
        return window.Rank switch
        {
            1 => torch.nn.functional.conv1d(x, weight, bias, window.Strides[0], padding[0], window.Dilations[0], groups),
            2 => torch.nn.functional.conv2d(x, weight, bias, window.Strides, padding, window.Dilations, groups),
            3 => torch.nn.functional.conv3d(x, weight, bias, window.Strides, padding, window.Dilations, groups),
            _ => throw call.Bad($"{window.Rank} spatial dimensions, 1 to 3 are supported"),
        };
    }
}
