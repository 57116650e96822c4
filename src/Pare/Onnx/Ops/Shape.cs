using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Shape and Size: what is known of a shape becomes elements.</summary>
internal static class Shape
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Shape", 1, 1, Infer) with { Evaluate = c => c[0].Shape is null ? null : Tensor.Of("", [Infer(c).Numbers!.Length], Infer(c).Numbers!) },
        Operator.One("Size", 1, 1, c => Known.Of(ElementType.Int64, []) with { Elements = c.Shape() is { } x ? [Dims.Product(x)] : null }),
    ];

    private static Known Infer(OpContext c)
    {
        if (c.Shape() is not { } x) return Known.Of(ElementType.Int64, [Dimension.Unknown]);
        var start = Place(c.Node.Int("start", 0), x.Length);
        var end = Place(c.Node.Int("end", x.Length), x.Length);
        ImmutableArray<Dimension> taken = [.. x.Skip(start).Take(Math.Max(0, end - start))];
        return Known.Of(ElementType.Int64, [taken.Length]) with { Elements = taken };
    }

    private static int Place(long axis, int rank) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
}
