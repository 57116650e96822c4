using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>The sliding window of convolutions and pools: kernel, strides, dilations and pads of each spatial axis.</summary>
internal sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Pads, string AutoPad, bool CeilMode)
{
    /// <summary>Reads the attributes for <paramref name="spatial"/> axes and checks them.</summary>
    public static Window Of(OpContext c, int spatial, long[] kernel)
    {
        var autoPad = c.Node.Text("auto_pad", "NOTSET");
        if (autoPad is not ("NOTSET" or "SAME_UPPER" or "SAME_LOWER" or "VALID" or ""))
            throw c.Bad($"auto_pad is '{autoPad}'; NOTSET, SAME_UPPER, SAME_LOWER and VALID are allowed");
        var window = new Window(kernel, Ints(c, "strides", spatial, 1, 1), Ints(c, "dilations", spatial, 1, 1), Ints(c, "pads", 2 * spatial, 0, long.MinValue), autoPad, c.Node.Int("ceil_mode", 0) != 0);
        if (kernel.Length != spatial) throw c.Bad($"kernel_shape has {kernel.Length} numbers, the input has {spatial} spatial dimensions");
        if (kernel.Any(k => k < 1)) throw c.Bad($"kernel_shape [{string.Join(',', kernel)}] has a number below 1");
        return window;
    }

    /// <summary>Size of spatial axis <paramref name="axis"/> after the window has slid over it.</summary>
    public Dimension Slide(OpContext c, int axis, Dimension size)
    {
        if (size.Value is not { } n) return AutoPad is "SAME_UPPER" or "SAME_LOWER" && Strides[axis] == 1 ? size : Dimension.Unknown;
        if (AutoPad is "SAME_UPPER" or "SAME_LOWER") return (n + Strides[axis] - 1) / Strides[axis];
        var begin = AutoPad == "VALID" ? 0 : Pads[axis];
        var end = AutoPad == "VALID" ? 0 : Pads[axis + Kernel.Length];
        var room = checked(n + begin + end - Reach(axis));
        if (room < 0 && n > 0) throw c.Bad($"the window of {Reach(axis)} does not fit into {n + begin + end} along spatial axis {axis}");
        if (room < 0) return 0;
        var steps = room / Strides[axis] + 1;
        // With ceil_mode the last window may hang over the end, but it must start inside the input or the left padding.
        if (CeilMode && room % Strides[axis] != 0 && steps * Strides[axis] < n + begin) steps++;
        return steps;
    }

    /// <summary>Elements from the window's first to its last tap.</summary>
    public long Reach(int axis) => checked(Dilations[axis] * (Kernel[axis] - 1) + 1);

    private static long[] Ints(OpContext c, string name, int count, long otherwise, long least)
    {
        var given = c.Node.Ints(name);
        if (given.IsEmpty) return [.. Enumerable.Repeat(otherwise, count)];
        if (given.Length != count) throw c.Bad($"{name} has {given.Length} numbers, {count} are needed");
        if (given.Any(v => v < least || Math.Abs(v) > int.MaxValue)) throw c.Bad($"{name} [{string.Join(',', given)}] has a number that is not allowed");
        return [.. given];
    }

    /// <summary>Shape after the window: batch and <paramref name="channels"/>, then each spatial axis.</summary>
    public ImmutableArray<Dimension> Shape(OpContext c, ImmutableArray<Dimension> input, Dimension channels) =>
        [input[0], channels, .. input.Skip(2).Select((d, axis) => Slide(c, axis, d))];
}
