using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Matrix products: MatMul, Gemm and the integer forms.</summary>
internal static class MatMul
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("MatMul", 2, 2, c => new(c.Type(), Product(c, 0, 1))),
        Operator.One("MatMulInteger", 2, 4, c => new(ElementType.Int32, Product(c, 0, 1))),
        Operator.One("QLinearMatMul", 8, 8, c => new(c.Type(7), Product(c, 0, 3))),
        Operator.One("Gemm", 2, 3, Gemm),
    ];

    private static ImmutableArray<Dimension>? Product(OpContext c, int left, int right)
    {
        if (c.Shape(left) is not { } a || c.Shape(right) is not { } b) return null;
        if (a.Length == 0 || b.Length == 0) throw c.Bad("a scalar cannot be multiplied as a matrix");
        var inner = b.Length == 1 ? b[0] : b[^2];
        if (!Dims.Agree(a[^1], inner)) throw c.Bad($"shapes [{Dims.Text(a)}] and [{Dims.Text(b)}] do not fit: {a[^1]} against {inner}");
        var batch = Dims.Broadcast(c, Batch(a), Batch(b));
        IEnumerable<Dimension> rows = a.Length == 1 ? [] : [a[^2]];
        IEnumerable<Dimension> columns = b.Length == 1 ? [] : [b[^1]];
        return [.. batch!.Value, .. rows, .. columns];
    }

    private static ImmutableArray<Dimension> Batch(ImmutableArray<Dimension> shape) => shape.Length <= 2 ? [] : shape[..^2];

    private static Known Gemm(OpContext c)
    {
        if (c.Shape(0) is { Length: not 2 } x) throw c.Bad($"the input has {x.Length} dimensions, Gemm needs 2");
        if (c.Shape(1) is { Length: not 2 } w) throw c.Bad($"weight has {w.Length} dimensions, Gemm needs 2");
        var (m, k) = Matrix(c.Shape(0), c.Node.Int("transA", 0));
        var (k2, n) = Matrix(c.Shape(1), c.Node.Int("transB", 0));
        if (!Dims.Agree(k, k2)) throw c.Bad($"the input has {k} columns, the weight takes {k2}");
        if (c.Has(2) && c.Shape(2) is { } bias && c.Opset >= 7)
            Dims.Broadcast(c, bias, (ImmutableArray<Dimension>)[m, n]);
        return Known.Of(c.Type(), [m, n]);
    }

    private static (Dimension Rows, Dimension Columns) Matrix(ImmutableArray<Dimension>? shape, long transposed) => shape switch
    {
        null => (Dimension.Unknown, Dimension.Unknown),
        { } s when transposed != 0 => (s[1], s[0]),
        { } s => (s[0], s[1]),
    };
}
