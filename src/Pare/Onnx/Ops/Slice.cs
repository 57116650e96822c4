using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Slice takes a range along some axes.</summary>
internal static class Slice
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Slice", 1, 5, Infer) with { Moves = Moves.First, Evaluate = Evaluate },
    ];

    private static Known Infer(OpContext c)
    {
        if (c.Shape() is not { } x) return new(c.Type(), null);
        if (Ranges(c, x.Length) is not { } ranges) return new(c.Type(), Touched(c, x.Length) is { } axes ? [.. x.Select((d, i) => axes.Contains(i) ? Dimension.Unknown : d)] : Dims.Unknown(x.Length));
        var shape = x.ToBuilder();
        foreach (var (axis, start, end, step) in ranges)
            shape[axis] = x[axis].Value is { } n ? Bounds(n, start, end, step).Count : start == 0 && step == 1 && end >= int.MaxValue ? x[axis] : Dimension.Unknown;
        return new(c.Type(), shape.ToImmutable());
    }

    private static Tensor? Evaluate(OpContext c)
    {
        var x = c.Constant(0);
        var view = StridedView.Of([.. x.Shape]);
        foreach (var (axis, start, end, step) in Ranges(c, x.Shape.Length) ?? throw c.Bad("starts and ends are not integers"))
        {
            var (first, count) = Bounds(x.Shape[axis], start, end, step);
            view = view.Slice(axis, first, count, step);
        }
        return Movement.Copy(x, view);
    }

    /// <summary>Negative places count from the end; both are then brought into the axis (the standard's text on Slice).</summary>
    public static (long First, long Count) Bounds(long n, long start, long end, long step)
    {
        start = Math.Clamp(start < 0 ? Math.Max(start, -n) + n : start, 0, step < 0 ? Math.Max(0, n - 1) : n);
        end = end < 0 ? end < -n ? -1 : end + n : Math.Min(end, n);
        if (step > 0) end = Math.Max(end, 0);
        var count = n == 0 ? 0 : step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
        return (start, Math.Max(0, count));
    }

    /// <summary>The range of each sliced axis; null where it depends on the input.</summary>
    public static List<(int Axis, long Start, long End, long Step)>? Ranges(OpContext c, int rank)
    {
        if (c.Numbers(1, "starts") is not { } starts || c.Numbers(2, "ends") is not { } ends) return null;
        var axes = c.Numbers(3, "axes");
        var steps = c.Numbers(4, "steps");
        if ((axes is null && c.Has(3)) || (steps is null && c.Has(4))) return null;
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || (steps is not null && steps.Length != starts.Length))
            throw c.Bad("starts, ends, axes and steps differ in length");
        var ranges = new List<(int, long, long, long)>();
        for (var i = 0; i < starts.Length; i++)
        {
            var step = steps?[i] ?? 1;
            if (step is 0 or < -int.MaxValue or > int.MaxValue) throw c.Bad($"step {step} is not allowed");
            ranges.Add((c.Axis(axes[i], rank), starts[i], ends[i], step));
        }
        return ranges;
    }

    private static HashSet<int>? Touched(OpContext c, int rank) => c.Numbers(3, "axes")?.Select(a => c.Axis(a, rank)).ToHashSet();
}
