using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Resize and its predecessor Upsample: by scales or to sizes.</summary>
internal static class Resize
{
    public static IEnumerable<Operator> Operators => [Operator.One("Resize", 1, 4, Infer), Operator.One("Upsample", 1, 2, Infer)];

    private static Known Infer(OpContext c)
    {
        if (c.Shape() is not { } x) return new(c.Type(), null);
        // Opset 10 has (X, scales); from 11 on it is (X, roi, scales, sizes).
        var scaleInput = c.Node.OpType == "Upsample" || c.Opset < 11 ? 1 : 2;
        var axes = c.Node.Ints("axes") is { IsEmpty: false } some ? some.Select(a => c.Axis(a, x.Length)).ToArray() : [.. Enumerable.Range(0, x.Length)];
        var shape = x.ToBuilder();
        if (c.Has(3))
        {
            if (c[3].Elements is not { } sizes) return new(c.Type(), Dims.Unknown(x.Length));
            return new(c.Type(), sizes.Length == axes.Length ? ToSizes(c, x, axes, sizes) : throw c.Bad($"sizes has {sizes.Length} numbers, {axes.Length} are needed"));
        }
        var scales = c.Has(scaleInput) ? c[scaleInput].Constant is { Type: ElementType.Float } t ? t.Floats.ToArray() : null : [.. c.Node.Floats("scales")];
        if (scales is null) return new(c.Type(), Dims.Unknown(x.Length));
        if (scales.Length != axes.Length) throw c.Bad($"scales has {scales.Length} numbers, {axes.Length} are needed");
        for (var i = 0; i < axes.Length; i++)
            shape[axes[i]] = x[axes[i]].Value is { } n ? (long)MathF.Floor(n * scales[i]) : scales[i] == 1 ? x[axes[i]] : Dimension.Unknown;
        return new(c.Type(), shape.ToImmutable());
    }

    private static ImmutableArray<Dimension> ToSizes(OpContext c, ImmutableArray<Dimension> x, int[] axes, ImmutableArray<Dimension> sizes)
    {
        var policy = c.Node.Text("keep_aspect_ratio_policy", "stretch");
        var shape = x.ToBuilder();
        var ratios = axes.Zip(sizes, (axis, size) => x[axis].Value is { } n and > 0 && size.Value is { } s ? (double?)s / n : null).ToList();
        var ratio = ratios.Any(r => r is null) ? null : policy == "not_larger" ? ratios.Min() : ratios.Max();
        for (var i = 0; i < axes.Length; i++)
            shape[axes[i]] = policy == "stretch" ? sizes[i] : ratio is { } r ? (long)Math.Round(r * x[axes[i]].Value!.Value, MidpointRounding.AwayFromZero) : Dimension.Unknown;
        return shape.ToImmutable();
    }
}
