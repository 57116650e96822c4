namespace Pare.Onnx.Ops;

/// <summary>DepthToSpace and SpaceToDepth exchange channels and picture points.</summary>
internal static class DepthSpace
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("DepthToSpace", 1, 1, c => Infer(c, toSpace: true)),
        Operator.One("SpaceToDepth", 1, 1, c => Infer(c, toSpace: false)),
    ];

    private static Known Infer(OpContext c, bool toSpace)
    {
        var b = c.Node.Int("blocksize", 1);
        if (b is < 1 or > 1 << 20) throw c.Bad($"blocksize is {b}, 1 or more is allowed");
        if (c.Shape() is not { } x) return new(c.Type(), null);
        if (x.Length != 4) throw c.Bad($"the input has {x.Length} dimensions, 4 are needed");
        return Known.Of(c.Type(), toSpace
            ? [x[0], Divide(c, x[1], b * b), Dims.Multiply(x[2], b), Dims.Multiply(x[3], b)]
            : [x[0], Dims.Multiply(x[1], b * b), Divide(c, x[2], b), Divide(c, x[3], b)]);
    }

    private static Dimension Divide(OpContext c, Dimension d, long by) =>
        by == 1 ? d : d.Value is { } n ? n % by == 0 ? n / by : throw c.Bad($"{n} is not divided by {by}") : Dimension.Unknown;
}
