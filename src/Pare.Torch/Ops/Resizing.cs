namespace Pare.Torch.Ops;

/// <summary>Resize and Upsample: axis by axis, each result a weighted sum of a few elements (<see cref="Resampling"/>).</summary>
internal static class Resizing
{
    /// <summary>Resize from operator set 10 on; inputs are (x, scales) in 10 and (x, roi, scales, sizes) from 11.</summary>
    public static TorchTensor Resize(OpCall call)
    {
        var x = call.X;
        var axes = call.Node.Has("axes") ? call.Node.Ints("axes").Select(a => call.Axis(a, x.dim())).ToArray() : [.. Enumerable.Range(0, (int)x.dim())];
        var scales = call.Doubles(call.Opset < 11 ? 1 : 2);
        var sizes = call.Opset >= 11 && call.Optional(3) is { } given && given.numel() > 0 ? call.Longs(3) : null;
        if (scales is { Length: 0 }) scales = null;
        if ((scales?.Length ?? sizes?.Length) != axes.Length) throw call.Bad("either scales or sizes are needed, one for each axis");
        if (sizes is not null) (scales, sizes) = FromSizes(call, sizes, axes);
        var options = Resampling.Of(call.Node, call.Opset);
        var regions = options.Coordinates == "tf_crop_and_resize" ? call.Doubles(1) : null;
        return Along(x, axes, scales!, sizes, options, regions);
    }

    /// <summary>Upsample of operator sets 7 (scales as an attribute) and 9 (as an input).</summary>
    public static TorchTensor Upsample(OpCall call)
    {
        var scales = call.Doubles(1) ?? [.. call.Node.Floats("scales").Select(s => (double)s)];
        if (scales.Length != call.X.dim()) throw call.Bad($"{scales.Length} scales for an input of rank {call.X.dim()}");
        return Along(call.X, [.. Enumerable.Range(0, scales.Length)], scales, null, Resampling.Of(call.Node, call.Opset), null);
    }

    private static TorchTensor Along(TorchTensor x, int[] axes, double[] scales, long[]? sizes, Resampling options, double[]? regions)
    {
        TorchTensor? outside = null;
        for (var i = 0; i < axes.Length; i++)
        {
            var size = x.shape[axes[i]];
            var wanted = sizes?[i] ?? (long)Math.Floor(size * scales[i]);
            if (wanted == size && scales[i] == 1 && regions is null) continue;
            var taps = options.Taps(size, wanted, scales[i], regions is null ? (0, 1) : (regions[i], regions[axes.Length + i]));
            x = taps.Apply(x, axes[i]);
            if (taps.Outside is not { } beyond || !beyond.Contains(true)) continue;
            long[] shape = [.. Enumerable.Range(0, (int)x.dim()).Select(d => d == axes[i] ? -1L : 1L)];
            var here = torch.tensor(beyond).reshape(shape);
            outside = outside is null ? here : outside.logical_or(here);
        }
        return outside is null ? x.alias() : torch.where(outside, torch.full([1], options.Extrapolation, x.dtype), x);
    }

    // With a policy other than "stretch" one scale serves all axes, the smaller or the larger of those asked for.
    private static (double[] Scales, long[] Sizes) FromSizes(OpCall call, long[] sizes, int[] axes)
    {
        var shape = call.X.shape;
        double[] scales = [.. sizes.Select((s, i) => (double)s / shape[axes[i]])];
        var policy = call.Node.Text("keep_aspect_ratio_policy", "stretch");
        if (policy == "stretch") return (scales, sizes);
        var scale = policy == "not_larger" ? scales.Min() : scales.Max();
        return ([.. scales.Select(_ => scale)], [.. axes.Select(a => (long)Math.Round(scale * shape[a], MidpointRounding.AwayFromZero))]);
    }
}
