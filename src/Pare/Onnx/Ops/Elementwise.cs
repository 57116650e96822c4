using Pare.Onnx.Kernels;

namespace Pare.Onnx.Ops;

/// <summary>Operators that map each element, or elements at the same place, to one.</summary>
internal static class Elementwise
{
    public static IEnumerable<Operator> Operators =>
    [
        .. ((string[])[
            "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu",
            "HardSigmoid", "HardSwish", "LeakyRelu", "Log", "Mish", "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign",
            "Sin", "Sinh", "Softplus", "Softsign", "Swish", "Tan", "Tanh", "ThresholdedRelu",
            "Hardmax", "LogSoftmax", "Softmax", "LRN", "LpNormalization", "MeanVarianceNormalization",
        ]).Select(name => Operator.One(name, 1, 1, Same)),
        Operator.One("Neg", 1, 1, Same) with { Evaluate = c => Arithmetic.Negate(c.Constant(0)) },
        Operator.One("Sqrt", 1, 1, Same) with { Evaluate = c => Arithmetic.SquareRoot(c.Constant(0)) },
        Operator.One("Clip", 1, 3, Same),
        Operator.One("Trilu", 1, 2, Same),
        Operator.One("CumSum", 2, 2, Same),
        Operator.One("IsNaN", 1, 1, c => new(ElementType.Bool, c.Shape())),
        Operator.One("IsInf", 1, 1, c => new(ElementType.Bool, c.Shape())),
        Operator.One("PRelu", 2, 2, Same),
        .. ((string[])["Pow", "Mod", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"]).Select(name => Operator.One(name, 2, 2, Combined)),
        .. ((string[])["And", "Or", "Xor", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"]).Select(name => Operator.One(name, 2, 2, Compared)),
        Operator.One("Equal", 2, 2, Compared) with { Evaluate = c => Arithmetic.Equal(c.Constant(0), c.Constant(1)) },
        .. ((string[])["Min", "Max", "Sum", "Mean"]).Select(name => Operator.One(name, 1, Arity.Any, Combined)),
        Operator.One("Add", 2, 2, c => Combined(c) with { Elements = Symbolic(c, Dims.Add) }) with { Evaluate = c => Fitted("Add", c) },
        Operator.One("Sub", 2, 2, c => Combined(c)) with { Evaluate = c => Fitted("Sub", c) },
        Operator.One("Mul", 2, 2, c => Combined(c) with { Elements = Symbolic(c, Dims.Multiply) }) with { Evaluate = c => Fitted("Mul", c) },
        Operator.One("Div", 2, 2, c => Combined(c) with { Elements = Symbolic(c, (a, b) => b.Value == 1 ? a : Dimension.Unknown) }) with
        {
            Evaluate = c => Fitted("Div", c),
        },
        Operator.One("Where", 3, 3, c => new(c.Type(1) == ElementType.Undefined ? c.Type(2) : c.Type(1), Dims.Broadcast(c, c.Shape(0), c.Shape(1), c.Shape(2)))) with
        {
            Evaluate = c => Movement.Where(c.Constant(0), c.Constant(1), c.Constant(2)),
        },
    ];

    private static Known Same(OpContext c) => new(c.Type(), c.Shape());

    private static Known Combined(OpContext c)
    {
        var type = c.Inputs.Select(i => i.Type).FirstOrDefault(t => t != ElementType.Undefined);
        return new(type, Broadcast(c));
    }

    private static Known Compared(OpContext c) => new(ElementType.Bool, Broadcast(c));

    // The attributes of opsets before 7 that fit one operand to the other are not evaluated.
    private static Tensor? Fitted(string name, OpContext c) => c.Opset < 7 && c.Node.Int("broadcast", 0) != 0 ? null : Arithmetic.Binary(name, c.Constant(0), c.Constant(1));

    // Before opset 7 the second operand was fitted to the first by attributes.
    private static System.Collections.Immutable.ImmutableArray<Dimension>? Broadcast(OpContext c) =>
        c.Opset < 7 && c.Inputs.Length == 2 ? c.Shape() : Dims.Broadcast(c, c.Inputs.Select(i => i.Shape));

    private static System.Collections.Immutable.ImmutableArray<Dimension>? Symbolic(OpContext c, Func<Dimension, Dimension, Dimension> combine)
    {
        if (c[0].Elements is not { } a || c[1].Elements is not { } b) return null;
        if (b.Length == 1) return [.. a.Select(x => combine(x, b[0]))];
        if (a.Length == 1) return [.. b.Select(x => combine(a[0], x))];
        return a.Length == b.Length ? [.. a.Zip(b, combine)] : null;
    }
}
