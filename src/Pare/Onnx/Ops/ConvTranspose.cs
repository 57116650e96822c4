using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>ConvTranspose: weights (in, out / group, kernel...).</summary>
internal static class ConvTranspose
{
    public static IEnumerable<Operator> Operators => [Operator.One("ConvTranspose", 2, 3, c => new(c.Type(), Shape(c)))];

    private static ImmutableArray<Dimension>? Shape(OpContext c)
    {
        var group = c.Node.Int("group", 1);
        if (group < 1) throw c.Bad($"group is {group}, 1 or more is allowed");
        if (c.Shape() is not { } x || c.Shape(1) is not { } w) return null;
        if (w.Length != x.Length || x.Length < 3) throw c.Bad($"weight has {w.Length} dimensions, ConvTranspose needs {Math.Max(3, x.Length)}");
        if (!Dims.Agree(x[1], w[0])) throw c.Bad($"weight [{Dims.Text(w)}] takes {w[0]} channels, the input has {x[1]}");
        if (x[1].Value is { } inputs && inputs % group != 0) throw c.Bad($"group {group} does not divide the {inputs} input channels");
        var channels = Dims.Multiply(w[1], group);
        if (c.Has(2) && c.Shape(2) is { } b && (b.Length != 1 || !Dims.Agree(b[0], channels)))
            throw c.Bad($"bias has shape [{Dims.Text(b)}], [{channels}] is needed");
        if (Conv.Kernel(c, w) is not { } kernel) return [x[0], channels, .. Dims.Unknown(x.Length - 2)];
        var window = Window.Of(c, x.Length - 2, kernel);
        return [x[0], channels, .. x.Skip(2).Select((d, axis) => Spread(c, window, axis, d))];
    }

    private static Dimension Spread(OpContext c, Window window, int axis, Dimension size)
    {
        if (c.Node.Ints("output_shape") is { IsEmpty: false } stated)
            return stated.Length >= window.Kernel.Length ? stated[stated.Length - window.Kernel.Length + axis] : throw c.Bad("output_shape is too short");
        if (size.Value is not { } n) return Dimension.Unknown;
        var extra = c.Node.Ints("output_padding") is { IsEmpty: false } padding && axis < padding.Length ? padding[axis] : 0;
        if (window.AutoPad is "SAME_UPPER" or "SAME_LOWER") return checked(n * window.Strides[axis]);
        var pads = window.AutoPad == "VALID" ? 0 : window.Pads[axis] + window.Pads[axis + window.Kernel.Length];
        return checked(window.Strides[axis] * (n - 1) + extra + window.Reach(axis) - pads);
    }
}
