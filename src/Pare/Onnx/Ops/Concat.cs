using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Concat joins tensors along one axis.</summary>
internal static class Concat
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Concat", 1, Arity.Any, Infer) with
        {
            Moves = Moves.All,
            Evaluate = c => Movement.Concat([.. c.Inputs.Select((_, i) => c.Constant(i))], c.Axis(c.Node.Int("axis", 1), c.Constant(0).Shape.Length)),
        },
    ];

    private static Known Infer(OpContext c)
    {
        var type = c.Inputs.Select(i => i.Type).FirstOrDefault(t => t != ElementType.Undefined);
        var ranked = c.Inputs.FirstOrDefault(i => i.Shape is not null);
        if (ranked?.Shape is not { } first) return new(type, null);
        var axis = c.Axis(c.Node.Int("axis", 1), first.Length);
        var shape = first.ToBuilder();
        shape[axis] = 0;
        foreach (var input in c.Inputs)
        {
            if (input.Shape is not { } next)
            {
                shape[axis] = Dimension.Unknown;
                continue;
            }
            if (next.Length != first.Length) throw c.Bad($"inputs have {first.Length} and {next.Length} dimensions");
            for (var i = 0; i < first.Length; i++)
            {
                if (i != axis && !Dims.Agree(shape[i], next[i])) throw c.Bad($"shapes [{Dims.Text(first)}] and [{Dims.Text(next)}] do not join along axis {axis}");
                shape[i] = i == axis ? shape[i] == Dimension.Unknown ? shape[i] : Dims.Add(shape[i], next[i]) : Dims.Better(shape[i], next[i]);
            }
        }
        return new(type, shape.ToImmutable());
    }
}
