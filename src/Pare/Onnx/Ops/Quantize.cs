using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>QuantizeLinear and DequantizeLinear, by tensor, by axis or by block.</summary>
internal static class Quantize
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("QuantizeLinear", 2, 3, c => new(CodeType(c), c.Shape())) with
        {
            Evaluate = c => Affine.Quantize(c.Constant(0), c.Constant(1), c[2].Constant, CodeType(c), Layout(c)),
        },
        Operator.One("DequantizeLinear", 2, 3, c => new(RealType(c), c.Shape())) with
        {
            Evaluate = c => Affine.Dequantize(c.Constant(0), c.Constant(1), c[2].Constant, RealType(c), Layout(c)),
        },
        new("DynamicQuantizeLinear", new(1, 1), new(3, 3), c => [new(ElementType.UInt8, c.Shape()), Known.Of(ElementType.Float, []), Known.Of(ElementType.UInt8, [])]),
    ];

    private static ElementType CodeType(OpContext c) =>
        c.Has(2) && c.Type(2) != ElementType.Undefined ? c.Type(2) : c.Node.Int("output_dtype", 0) is var stated && stated != 0 ? (ElementType)stated : ElementType.UInt8;

    private static ElementType RealType(OpContext c) =>
        c.Node.Int("output_dtype", 0) is var stated && stated != 0 ? (ElementType)stated : c.Type(1) == ElementType.Undefined ? ElementType.Float : c.Type(1);

    private static ScaleLayout Layout(OpContext c)
    {
        long[] shape = [.. c.Constant(0).Shape];
        var scale = c.Constant(1);
        if (c[2].Constant is { } zeros && zeros.Count != scale.Count) throw c.Bad($"zero point has {zeros.Count} elements, scale has {scale.Count}");
        if (scale.Count == 1) return new(1, 1, shape.Aggregate(1L, (p, d) => p * d), 1);
        var axis = c.Axis(c.Node.Int("axis", 1), shape.Length);
        var block = c.Node.Int("block_size", 0);
        if (block < 0) throw c.Bad($"block_size is {block}, 0 or more is allowed");
        var inner = shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d);
        var layout = block == 0
            ? new ScaleLayout(shape.Take(axis).Aggregate(1L, (p, d) => p * d), shape[axis], inner, 1) { SharedByOuter = true }
            : new ScaleLayout(shape.Take(axis).Aggregate(1L, (p, d) => p * d), shape[axis], inner, block);
        if (scale.Count != layout.Scales) throw c.Bad($"scale has {scale.Count} elements, {layout.Scales} are needed");
        return layout;
    }
}
