using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Operators that make values from little or nothing.</summary>
internal static class Constants
{
    /// <summary>ConstantOfShape and Range make at most this many elements when they are evaluated.</summary>
    private const long MaxElements = 1 << 28;

    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Constant", 0, 0, c => c.Node.ConstantValue() is { } value ? Known.Of(value) : Text(c)) with { Evaluate = c => c.Node.ConstantValue() },
        Operator.One("ConstantOfShape", 1, 1, OfShape) with { Evaluate = Fill },
        Operator.One("Range", 3, 3, Range) with { Evaluate = EvaluateRange },
        Operator.One("EyeLike", 1, 1, c => new(c.Node.Has("dtype") ? Type(c) : c.Type(), c.Shape())),
        Operator.One("Bernoulli", 1, 1, c => new(c.Node.Has("dtype") ? Type(c) : c.Type(), c.Shape())),
        .. ((string[])["RandomNormal", "RandomUniform"]).Select(name => Operator.One(name, 0, 0, c => new(Type(c), Dims.Of(c.Node.Ints("shape").AsSpan())))),
        .. ((string[])["RandomNormalLike", "RandomUniformLike"]).Select(name => Operator.One(name, 1, 1, c => new(c.Node.Has("dtype") ? Type(c) : c.Type(), c.Shape()))),
    ];

    private static ElementType Type(OpContext c) => (ElementType)c.Node.Int("dtype", 1);

    private static Known Text(OpContext c) =>
        c.Node.Has("value_string") ? Known.Of(ElementType.Text, []) : c.Node.Has("value_strings") ? Known.Of(ElementType.Text, [Dimension.Unknown]) : Known.Nothing;

    private static Known OfShape(OpContext c)
    {
        var type = c.Node.Tensor("value")?.Type ?? ElementType.Float;
        if (c[0].Elements is { } shape) return new(type, shape);
        return new(type, c.Shape() is [{ Value: { } rank and >= 0 and < 64 }] ? Dims.Unknown((int)rank) : null);
    }

    private static Tensor? Fill(OpContext c)
    {
        var value = c.Node.Tensor("value") ?? Tensor.Of("", [1], new float[1]);
        if (value.Count != 1 || c[0].Numbers is not { } shape || shape.Any(d => d < 0)) return null;
        var view = StridedView.Of([]).BroadcastTo(shape);
        return view.Count <= MaxElements ? Movement.Copy(value with { Shape = [] }, view) : null;
    }

    private static Known Range(OpContext c)
    {
        if (c.Type() == ElementType.Float && c.Inputs.All(i => i.Constant is { Type: ElementType.Float, Count: 1 }))
            return Known.Of(c.Type(), [Steps(c.Constant(0).Floats[0], c.Constant(1).Floats[0], c.Constant(2).Floats[0]) is >= 0 and <= MaxElements and var n ? (long)n : Dimension.Unknown]);
        var count = c[0].Elements is [{ Value: { } start }] && c[1].Elements is [{ Value: { } limit }] && c[2].Elements is [{ Value: { } step }]
            ? step == 0 ? throw c.Bad("the step is 0") : Steps(start, limit, step) : Dimension.Unknown;
        return Known.Of(c.Type(), [count]);
    }

    private static Tensor? EvaluateRange(OpContext c)
    {
        var type = c.Constant(0).Type;
        if (type is ElementType.Int64 or ElementType.Int32)
        {
            long start = c[0].Numbers![0], limit = c[1].Numbers![0], step = c[2].Numbers![0];
            if (step == 0) throw c.Bad("the step is 0");
            var count = Steps(start, limit, step);
            if (count > MaxElements) return null;
            var values = new long[count];
            for (var i = 0; i < values.Length; i++) values[i] = start + i * step;
            return Conversion.Cast(Tensor.Of("", [count], values), type);
        }
        if (type != ElementType.Float) return null;
        float from = c.Constant(0).Floats[0], to = c.Constant(1).Floats[0], by = c.Constant(2).Floats[0];
        if (Steps(from, to, by) is not (>= 0 and <= MaxElements and var steps)) return null;
        var floats = new float[(int)steps];
        for (var i = 0; i < floats.Length; i++) floats[i] = from + i * by;
        return Tensor.Of("", [floats.Length], floats);
    }

    private static double Steps(float start, float limit, float step) => Math.Max(0, Math.Ceiling((limit - start) / (double)step));

    private static long Steps(long start, long limit, long step) => (long)Int128.Max(0, ((Int128)limit - start + step - Math.Sign(step)) / step);
}
