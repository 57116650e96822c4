namespace Pare.Onnx.Ops;

/// <summary>Pools over a window and over the whole picture.</summary>
internal static class Pool
{
    public static IEnumerable<Operator> Operators =>
    [
        new("MaxPool", new(1, 1), new(1, 2), c => Windowed(c) is var y ? [y, new(ElementType.Int64, y.Shape)] : []),
        Operator.One("AveragePool", 1, 1, Windowed),
        Operator.One("LpPool", 1, 1, Windowed),
        .. ((string[])["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"]).Select(name => Operator.One(name, 1, 1, Global)),
    ];

    private static Known Windowed(OpContext c)
    {
        var kernel = c.Node.Ints("kernel_shape");
        if (kernel.IsEmpty) throw c.Bad("kernel_shape is missing");
        if (c.Shape() is not { } x) return new(c.Type(), null);
        if (x.Length < 3) throw c.Bad($"the input has {x.Length} dimensions, 3 or more are needed");
        return new(c.Type(), Window.Of(c, x.Length - 2, [.. kernel]).Shape(c, x, x[1]));
    }

    private static Known Global(OpContext c)
    {
        if (c.Shape() is not { } x) return new(c.Type(), null);
        if (x.Length < 2) throw c.Bad($"the input has {x.Length} dimensions, 2 or more are needed");
        return Known.Of(c.Type(), [x[0], x[1], .. Enumerable.Repeat((Dimension)1, x.Length - 2)]);
    }
}
