using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Transpose permutes the axes; without <c>perm</c> it reverses them.</summary>
internal static class Transpose
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Transpose", 1, 1, c => new(c.Type(), c.Shape() is { } x ? [.. Order(c, x.Length).Select(axis => x[axis])] : null)) with
        {
            Evaluate = c => Movement.Copy(c.Constant(0), StridedView.Of([.. c.Constant(0).Shape]).Permute(Order(c, c.Constant(0).Shape.Length))),
        },
    ];

    private static int[] Order(OpContext c, int rank)
    {
        var order = c.Node.Ints("perm");
        if (order.IsEmpty) return [.. Enumerable.Range(0, rank).Reverse()];
        if (order.Length != rank || order.Order().Where((axis, i) => axis != i).Any())
            throw c.Bad($"perm [{string.Join(',', order)}] is no order of {rank} axes");
        return [.. order.Select(axis => (int)axis)];
    }
}
