using System.Collections.Immutable;
using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Gather and its relatives, which take elements by index, and the scatters, which put them.</summary>
internal static class Gather
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Gather", 2, 2, Infer) with
        {
            Moves = Moves.First,
            Evaluate = c => Movement.Gather(c.Constant(0), c.Constant(1), c.Axis(c.Node.Int("axis", 0), c.Constant(0).Shape.Length)),
        },
        Operator.One("GatherElements", 2, 2, c => new(c.Type(), c.Shape(1))),
        Operator.One("GatherND", 2, 2, c => new(c.Type(), Points(c))),
        Operator.One("Scatter", 3, 3, c => new(c.Type(), c.Shape())),
        Operator.One("ScatterElements", 3, 3, c => new(c.Type(), c.Shape())),
        Operator.One("ScatterND", 3, 3, c => new(c.Type(), c.Shape())),
        Operator.One("Compress", 2, 2, Compress),
        Operator.One("NonZero", 1, 1, c => Known.Of(ElementType.Int64, [c[0].Rank is { } rank ? rank : Dimension.Unknown, Dimension.Unknown])),
        Operator.One("OneHot", 3, 3, OneHot),
    ];

    private static Known Infer(OpContext c)
    {
        if (c.Shape() is not { } data || c.Shape(1) is not { } indices) return new(c.Type(), null);
        if (data.Length == 0) throw c.Bad("a scalar has nothing to gather from");
        var axis = c.Axis(c.Node.Int("axis", 0), data.Length);
        return Known.Of(c.Type(), [.. data.Take(axis), .. indices, .. data.Skip(axis + 1)]);
    }

    private static ImmutableArray<Dimension>? Points(OpContext c)
    {
        if (c.Shape() is not { } data || c.Shape(1) is not [.. var lead, { Value: { } width }]) return null;
        var skip = c.Node.Int("batch_dims", 0) + width;
        return skip <= data.Length ? [.. lead, .. data.Skip((int)skip)] : throw c.Bad($"indices of {width} numbers do not fit {data.Length} dimensions");
    }

    private static Known Compress(OpContext c)
    {
        if (!c.Node.Has("axis")) return Known.Of(c.Type(), [Dimension.Unknown]);
        return new(c.Type(), c.Shape() is { } x ? x.SetItem(c.Axis(c.Node.Int("axis", 0), x.Length), Dimension.Unknown) : null);
    }

    private static Known OneHot(OpContext c)
    {
        if (c.Shape() is not { } x) return new(c.Type(2), null);
        var depth = c[1].Elements is [var d] ? d : Dimension.Unknown;
        return new(c.Type(2), x.Insert(c.Axis(c.Node.Int("axis", -1), x.Length + 1), depth));
    }
}
