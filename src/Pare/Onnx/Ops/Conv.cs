using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Conv and its integer forms: weights (out, in / group, kernel...).</summary>
internal static class Conv
{
    public static IEnumerable<Operator> Operators =>
    [
        Operator.One("Conv", 2, 3, c => new(c.Type(), Shape(c, weight: 1, bias: 2))),
        Operator.One("ConvInteger", 2, 4, c => new(ElementType.Int32, Shape(c, weight: 1, bias: -1))),
        Operator.One("QLinearConv", 8, 9, c => new(c.Type(7), Shape(c, weight: 3, bias: 8))),
    ];

    private static ImmutableArray<Dimension>? Shape(OpContext c, int weight, int bias)
    {
        var group = c.Node.Int("group", 1);
        if (group < 1) throw c.Bad($"group is {group}, 1 or more is allowed");
        var x = c.Shape();
        var w = c.Shape(weight);
        if (x is { Length: < 3 }) throw c.Bad($"the input has {x.Value.Length} dimensions, 3 or more are needed");
        if (x is { } xs && w is { } ws && xs.Length != ws.Length) throw c.Bad($"weight has {ws.Length} dimensions, {c.Node.OpType} needs {xs.Length}");
        if (w is { } known) CheckWeight(c, x, known, group, bias);
        if (x is not { } input) return null;
        var channels = w is { } v ? v[0] : Dimension.Unknown;
        return Kernel(c, w) is { } kernel
            ? Window.Of(c, input.Length - 2, kernel).Shape(c, input, channels)
            : [input[0], channels, .. Dims.Unknown(input.Length - 2)];
    }

    private static void CheckWeight(OpContext c, ImmutableArray<Dimension>? x, ImmutableArray<Dimension> w, long group, int bias)
    {
        if (w.Length < 3) throw c.Bad($"weight has {w.Length} dimensions, 3 or more are needed");
        if (w[0].Value is { } outputs && outputs % group != 0) throw c.Bad($"group {group} does not divide the {outputs} output channels");
        if (x is { } input && input[1].Value is { } inputs)
        {
            if (inputs % group != 0) throw c.Bad($"group {group} does not divide the {inputs} input channels");
            if (w[1].Value is { } perGroup && perGroup * group != inputs)
                throw c.Bad($"weight [{Dims.Text(w)}] takes {perGroup * group} channels in {group} groups, the input has {inputs}");
        }
        if (bias > 0 && c.Has(bias) && c.Shape(bias) is { } b && (b.Length != 1 || !Dims.Agree(b[0], w[0])))
            throw c.Bad($"bias has shape [{Dims.Text(b)}], [{w[0]}] is needed");
        if (c.Node.Ints("kernel_shape") is { IsEmpty: false } stated && !Dims.Agree(Dims.Of(stated.AsSpan()), [.. w.Skip(2)]))
            throw c.Bad($"kernel_shape [{string.Join(',', stated)}] does not fit weight [{Dims.Text(w)}]");
    }

    /// <summary>The kernel from the attribute, else from the weight; null where neither says it.</summary>
    public static long[]? Kernel(OpContext c, ImmutableArray<Dimension>? weight)
    {
        if (c.Node.Ints("kernel_shape") is { IsEmpty: false } stated) return [.. stated];
        return new TensorType(default, weight).Sizes?[2..];
    }
}
