using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Cast and CastLike change the element type.</summary>
internal static class Cast
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Cast", 1, 1, c => new(Target(c), c.Shape()) { Elements = IsIndex(Target(c)) && IsIndex(c.Type()) ? c[0].Elements : null }) with
        {
            Evaluate = c => Conversion.Cast(c.Constant(0), Target(c)),
        },
        Operator.One("CastLike", 2, 2, c => new(c.Type(1), c.Shape())),
    ];

    private static ElementType Target(OpContext c) => (ElementType)c.Node.Int("to", 0);

    private static bool IsIndex(ElementType type) => type is ElementType.Int64 or ElementType.Int32;
}
