using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Expand broadcasts to a shape; Tile repeats.</summary>
internal static class Expand
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Expand", 2, 2, Infer) with
        {
            Moves = Moves.First,
            Evaluate = c => new TensorType(default, Infer(c).Shape).Sizes is { } sizes ? Movement.Copy(c.Constant(0), StridedView.Of([.. c.Constant(0).Shape]).BroadcastTo(sizes)) : null,
        },
        Operator.One("Tile", 2, 3, Tile),
    ];

    private static Known Infer(OpContext c)
    {
        if (c[1].Elements is { } wanted) return new(c.Type(), Dims.Broadcast(c, c.Shape(), wanted));
        return new(c.Type(), c.Shape() is { } x && c.Shape(1) is [{ Value: { } rank and >= 0 and < 64 }] ? Dims.Unknown(Math.Max(x.Length, (int)rank)) : null);
    }

    private static Known Tile(OpContext c)
    {
        if (c.Shape() is not { } x) return new(c.Type(), null);
        if (c[1].Elements is not { } repeats || c.Has(2)) return new(c.Type(), Dims.Unknown(x.Length));
        if (repeats.Length != x.Length) throw c.Bad($"repeats has {repeats.Length} numbers, the input has {x.Length} dimensions");
        return Known.Of(c.Type(), x.Zip(repeats, Dims.Multiply));
    }
}
