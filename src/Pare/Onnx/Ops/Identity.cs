using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Identity, and Dropout, which is one when a model predicts.</summary>
internal static class Identity
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Identity", 1, 1, c => c[0] with { Constant = null }) with { Moves = Moves.First, Evaluate = c => c.Constant(0) },
        new("Dropout", new(1, 3), new(1, 2), c => [new(c.Type(), c.Shape()), new(c.Opset < 10 ? c.Type() : ElementType.Bool, c.Shape())]),
    ];
}
