namespace Pare.Torch.Ops;

/// <summary>ConvTranspose of 1 to 3 spatial dimensions.</summary>
internal static class TransposedConvolution
{
    /// <summary>x [N, C, spatial...], weight [C, M/group, kernel...], bias [M] or left out.</summary>
    public static TorchTensor ConvTranspose(OpCall call)
    {
        var (x, weight, bias) = (call.X, call[1], call.Optional(2));
        var kernel = weight.shape[2..];
        var rank = kernel.Length;
        var (strides, dilations) = (Window.PerDimension(call, "strides", rank, 1), Window.PerDimension(call, "dilations", rank, 1));
        var extra = Window.PerDimension(call, "output_padding", rank, 0);
        var (begin, end) = Cut(call, kernel, strides, dilations, extra, x.shape[2..]);
        var groups = call.Node.Int("group", 1);
        var none = new long[rank];
        // Torch cuts both sides alike; anything else is cut afterwards.
        var alike = begin.AsSpan().SequenceEqual(end);
        var padding = alike ? begin : none;
        var y = rank switch
        {
            1 => torch.nn.functional.conv_transpose1d(x, weight, bias, strides[0], padding[0], extra[0], dilations[0], groups),
            2 => torch.nn.functional.conv_transpose2d(x, weight, bias, strides, padding, extra, dilations, groups),
            3 => torch.nn.functional.conv_transpose3d(x, weight, bias, strides, padding, extra, dilations, groups),
            _ => throw call.Bad($"{rank} spatial dimensions, 1 to 3 are supported"),
        };
        if (alike) return y;
        return torch.nn.functional.pad(y, Window.TorchPadding([.. begin.Select(b => -b)], [.. end.Select(e => -e)]));
    }

    /// <summary>
    /// How much of the full result is cut off before and after: given, or worked out from the size wanted. Where that is beyond the
    /// full result, <paramref name="extra"/> grows.
    /// </summary>
    private static (long[] Begin, long[] End) Cut(OpCall call, long[] kernel, long[] strides, long[] dilations, long[] extra, long[] sizes)
    {
        var rank = kernel.Length;
        var mode = call.Node.Text("auto_pad", "NOTSET");
        var wanted = call.Node.Ints("output_shape");
        if (wanted.IsEmpty && mode is "VALID") return (new long[rank], new long[rank]);
        if (wanted.IsEmpty && mode is "NOTSET" or "")
        {
            var pads = Window.PerDimension(call, "pads", 2 * rank, 0);
            return (pads[..rank], pads[rank..]);
        }
        long[] begin = new long[rank], end = new long[rank];
        for (var d = 0; d < rank; d++)
        {
            // Some writers put the batch and the channels in front.
            var size = wanted.IsEmpty ? sizes[d] * strides[d] : wanted[wanted.Length - rank + d];
            var total = (strides[d] * (sizes[d] - 1)) + extra[d] + ((kernel[d] - 1) * dilations[d]) + 1 - size;
            if (total < 0)
            {
                // More is wanted than the kernel reaches: the end is filled up with what has no input, the bias.
                extra[d] -= total;
                continue;
            }
            begin[d] = mode == "SAME_UPPER" ? total / 2 : total - (total / 2);
            end[d] = total - begin[d];
        }
        return (begin, end);
    }
}
