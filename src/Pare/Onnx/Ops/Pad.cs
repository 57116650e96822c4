namespace Pare.Onnx.Ops;

/// <summary>Pad adds elements before and after each axis, or takes them away.</summary>
internal static class Pad
{
    public static IEnumerable<Operator> Operators => [Operator.One("Pad", 1, 4, Infer)];

    private static Known Infer(OpContext c)
    {
        if (c.Shape() is not { } x) return new(c.Type(), null);
        var pads = c.Numbers(1, c.Node.Has("paddings") ? "paddings" : "pads");
        var axes = c.Has(3) ? c[3].Numbers : [.. Enumerable.Range(0, x.Length).Select(i => (long)i)];
        if (pads is null || axes is null) return new(c.Type(), Dims.Unknown(x.Length));
        if (pads.Length != 2 * axes.Length) throw c.Bad($"pads has {pads.Length} numbers, {2 * axes.Length} are needed");
        var shape = x.ToBuilder();
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = c.Axis(axes[i], x.Length);
            shape[axis] = Dims.Add(shape[axis], checked(pads[i] + pads[i + axes.Length]));
        }
        return new(c.Type(), shape.ToImmutable());
    }
}
