namespace Pare.Torch.Ops;

/// <summary>Slice and Pad.</summary>
internal static class Slicing
{
    /// <summary>Slice: bounds are attributes before operator set 10, inputs from then on; steps may be negative.</summary>
    public static TorchTensor Slice(OpCall call)
    {
        var starts = call.LongsOf(1, "starts") ?? throw call.Bad("the starts are left out, they are needed");
        var ends = call.LongsOf(2, "ends") ?? throw call.Bad("the ends are left out, they are needed");
        var axes = call.LongsOf(3, "axes") ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        var steps = call.LongsOf(4, "steps") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw call.Bad($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps do not belong together");
        var x = call.X;
        for (var i = 0; i < starts.Length; i++) x = Along(call, x, call.Axis(axes[i], x.dim()), starts[i], ends[i], steps[i]);
        return x.alias();
    }

    /// <summary>Pad in any of ONNX's modes; negative padding cuts off.</summary>
    public static TorchTensor Pad(OpCall call)
    {
        var x = call.X;
        var rank = (int)x.dim();
        var given = call.LongsOf(1, "pads") ?? throw call.Bad("the pads are left out, they are needed");
        var axes = call.Optional(3) is null ? [.. Enumerable.Range(0, rank)] : call.Longs(3).Select(a => call.Axis(a, rank)).ToArray();
        if (given.Length != 2 * axes.Length) throw call.Bad($"{given.Length} pads for {axes.Length} axes; two each are needed");
        long[] begin = new long[rank], end = new long[rank];
        for (var i = 0; i < axes.Length; i++) (begin[axes[i]], end[axes[i]]) = (given[i], given[axes.Length + i]);
        var mode = call.Node.Text("mode", "constant");
        if (mode == "constant")
        {
            var value = call.Doubles(2) is [var input] ? input : call.Node.Float("value", 0);
            return torch.nn.functional.pad(x, Window.TorchPadding(begin, end), PaddingModes.Constant, value);
        }
        for (var d = 0; d < rank; d++)
        {
            if (begin[d] == 0 && end[d] == 0) continue;
            var size = x.shape[d];
            var places = new long[Math.Max(0, size + begin[d] + end[d])];
            for (var i = 0; i < places.Length; i++) places[i] = Source(call, mode, i - begin[d], size);
            x = x.index_select(d, torch.tensor(places));
        }
        return x.alias();
    }

    /// <summary>Indices that a slice takes from an axis of a given size.</summary>
    private static TorchTensor Along(OpCall call, TorchTensor x, int axis, long start, long end, long step)
    {
        var size = x.shape[axis];
        if (step == 0) throw call.Bad("a step is 0, it must not be");
        if (start < 0) start += size;
        if (end < 0 && end > long.MinValue + size) end += size;
        if (step > 0)
        {
            start = Math.Clamp(start, 0, size);
            end = Math.Clamp(end, start, size);
            return x.slice(axis, start, end, step);
        }
        start = Math.Clamp(start, -1, size - 1);
        end = Math.Clamp(end, -1, start);
        using Scalar first = start, last = end, by = step;
        return x.index_select(axis, torch.arange(first, last, by, torch.ScalarType.Int64));
    }

    private static long Source(OpCall call, string mode, long place, long size)
    {
        switch (mode)
        {
            case "edge": return Math.Clamp(place, 0, size - 1);
            case "wrap": return ((place % size) + size) % size;
            case "reflect":
                if (size == 1) return 0;
                var period = 2 * (size - 1);
                var folded = ((place % period) + period) % period;
                return folded < size ? folded : period - folded;
            default: throw call.Bad($"mode '{mode}' is unknown; constant, reflect, edge and wrap are allowed");
        }
    }
}
