using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Split cuts a tensor along one axis.</summary>
internal static class Split
{
    public static IEnumerable<Operator> Operators => [new("Split", new(1, 2), new(1, Arity.Any), Infer)];

    private static Known[] Infer(OpContext c)
    {
        var count = c.Node.Outputs.Length;
        if (c.Shape() is not { } x) return [.. Enumerable.Repeat(new Known(c.Type(), null), count)];
        var axis = c.Axis(c.Node.Int("axis", 0), x.Length);
        return [.. Sizes(c, x[axis], count).Select(size => new Known(c.Type(), x.SetItem(axis, size)))];
    }

    private static IEnumerable<Dimension> Sizes(OpContext c, Dimension whole, int count)
    {
        if (c.Numbers(1, "split") is { } sizes)
        {
            if (sizes.Length != count) throw c.Bad($"split has {sizes.Length} sizes for {count} outputs");
            if (whole.Value is { } total && sizes.Sum() != total) throw c.Bad($"split sizes add up to {sizes.Sum()}, the axis has {total}");
            return sizes.Select(s => (Dimension)s);
        }
        if (c.Has(1) || whole.Value is not { } n) return Dims.Unknown(count);
        var part = (n + count - 1) / count;
        return Enumerable.Range(0, count).Select(i => (Dimension)Math.Clamp(n - i * part, 0, part));
    }
}
