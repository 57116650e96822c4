using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Reductions over axes, and the places of extremes.</summary>
internal static class Reduce
{
    public static IEnumerable<Operator> Operators =>
    [
        .. ((string[])["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"])
            .Select(name => Operator.One(name, 1, 2, Reduced)),
        Operator.One("ArgMax", 1, 1, Place),
        Operator.One("ArgMin", 1, 1, Place),
        new("TopK", new(1, 2), new(2, 2), Top),
    ];

    private static Known Reduced(OpContext c)
    {
        var keep = c.Node.Int("keepdims", 1) != 0;
        if (c.Shape() is not { } x) return new(c.Type(), null);
        var axes = c.Numbers(1, "axes");
        if (axes is null && c.Has(1) && !(c.Shape(1) is [{ Value: 0 }])) return new(c.Type(), keep ? Dims.Unknown(x.Length) : null);
        if (axes is null or [])
        {
            if (c.Node.Int("noop_with_empty_axes", 0) != 0) return new(c.Type(), x);
            axes = [.. Enumerable.Range(0, x.Length).Select(i => (long)i)];
        }
        return new(c.Type(), Without(x, [.. axes.Select(a => c.Axis(a, x.Length))], keep));
    }

    private static Known Place(OpContext c)
    {
        if (c.Shape() is not { } x) return new(ElementType.Int64, null);
        return new(ElementType.Int64, Without(x, [c.Axis(c.Node.Int("axis", 0), x.Length)], c.Node.Int("keepdims", 1) != 0));
    }

    private static Known[] Top(OpContext c)
    {
        if (c.Shape() is not { } x) return [new(c.Type(), null), new(ElementType.Int64, null)];
        var axis = c.Axis(c.Node.Int("axis", -1), x.Length);
        var k = c.Has(1) ? c[1].Elements is [var only] ? only : Dimension.Unknown : c.Node.Int("k", 0);
        var shape = x.SetItem(axis, k);
        return [new(c.Type(), shape), new(ElementType.Int64, shape)];
    }

    private static ImmutableArray<Dimension> Without(ImmutableArray<Dimension> shape, HashSet<int> axes, bool keep) =>
        keep ? [.. shape.Select((d, i) => axes.Contains(i) ? (Dimension)1 : d)] : [.. shape.Where((_, i) => !axes.Contains(i))];
}
