using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Reshape, Flatten, Squeeze and Unsqueeze: the elements stay where they are, only the shape changes.</summary>
internal static class Reshape
{
    public static IEnumerable<Operator> Operators =>
    [
        Still("Reshape", 1, 2, Target),
        Still("Flatten", 1, 1, Flat),
        Still("Squeeze", 1, 2, Squeezed),
        Still("Unsqueeze", 1, 2, Unsqueezed),
    ];

    private static Operator Still(string name, int min, int max, Func<OpContext, ImmutableArray<Dimension>?> shape) =>
        Operator.One(name, min, max, c => new(c.Type(), shape(c))) with
        {
            Moves = Moves.First,
            Evaluate = c => new TensorType(default, shape(c)).Sizes is { } sizes ? c.Constant(0) with { Shape = [.. sizes] } : null,
        };

    private static ImmutableArray<Dimension>? Target(OpContext c)
    {
        var elements = c.Has(1) ? c[1].Elements : c.Node.Has("shape") ? Dims.Of(c.Node.Ints("shape").AsSpan()) : null;
        if (elements is not { } wanted) return c.Shape(1) is [{ Value: { } rank and >= 0 and < 64 }] ? Dims.Unknown((int)rank) : null;
        var allowZero = c.Node.Int("allowzero", 0) != 0;
        var shape = wanted.ToBuilder();
        var free = -1;
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i].Value == 0 && !allowZero)
            {
                if (c.Shape() is { } x && i >= x.Length) throw c.Bad($"dimension {i} of the target is 0, the input has only {x.Length} dimensions to copy");
                shape[i] = c.Shape() is { } y ? y[i] : Dimension.Unknown;
            }
            else if (wanted[i].Value == -1)
            {
                if (free >= 0) throw c.Bad("the target has more than one -1");
                free = i;
                shape[i] = 1;
            }
            else if (wanted[i].Value < -1) throw c.Bad($"the target has dimension {wanted[i]}");
        }
        if (free >= 0) shape[free] = c.Shape() is { } whole ? Remainder(c, whole, shape.ToImmutable().RemoveAt(free)) : Dimension.Unknown;
        var result = shape.ToImmutable();
        if (c.Shape() is { } from && Dims.Product(from).Value is { } have && Dims.Product(result).Value is { } get && have != get)
            throw c.Bad($"[{Dims.Text(from)}] has {have} elements, [{Dims.Text(result)}] has {get}");
        return result;
    }

    // The -1 is what remains of the input after the target's other dimensions; equal names on both sides cancel.
    private static Dimension Remainder(OpContext c, ImmutableArray<Dimension> from, ImmutableArray<Dimension> to)
    {
        var left = from.ToList();
        var right = new List<Dimension>();
        foreach (var d in to)
            if (d.Symbol is null || !left.Remove(d)) right.Add(d);
        var names = left.Where(d => d.Value is null).ToList();
        if (right.Any(d => d.Value is null) || names.Count > 1) return Dimension.Unknown;
        var above = left.Where(d => d.Value is not null).Aggregate(1L, (p, d) => checked(p * d.Value!.Value));
        var below = right.Aggregate(1L, (p, d) => checked(p * d.Value!.Value));
        if (names.Count == 1) return above == below ? names[0] : Dimension.Unknown;
        if (below == 0) return above == 0 ? 0 : throw c.Bad($"[{Dims.Text(from)}] does not fit a target with a 0");
        return above % below == 0 ? above / below : throw c.Bad($"[{Dims.Text(from)}] cannot be divided by [{Dims.Text(to)}]");
    }

    private static ImmutableArray<Dimension>? Flat(OpContext c)
    {
        if (c.Shape() is not { } x) return Dims.Unknown(2);
        var axis = (int)c.Node.Int("axis", 1);
        if (axis < -x.Length || axis > x.Length) throw c.Bad($"axis {axis} is outside -{x.Length} to {x.Length}");
        if (axis < 0) axis += x.Length;
        return [Dims.Product(x.Take(axis)), Dims.Product(x.Skip(axis))];
    }

    private static ImmutableArray<Dimension>? Squeezed(OpContext c)
    {
        if (c.Shape() is not { } x) return null;
        var axes = c.Numbers(1, "axes");
        if (axes is null && c.Has(1)) return null;
        if (axes is null) return x.All(d => d.Value is not null) ? [.. x.Where(d => d.Value != 1)] : null;
        var gone = axes.Select(a => c.Axis(a, x.Length)).ToHashSet();
        foreach (var axis in gone)
            if (x[axis].Value is { } n and not 1) throw c.Bad($"axis {axis} has {n} elements, only an axis of 1 can be squeezed");
        return [.. x.Where((_, i) => !gone.Contains(i))];
    }

    private static ImmutableArray<Dimension>? Unsqueezed(OpContext c)
    {
        if (c.Shape() is not { } x || c.Numbers(1, "axes") is not { } axes) return null;
        var rank = x.Length + axes.Length;
        var fresh = axes.Select(a => c.Axis(a, rank)).ToHashSet();
        if (fresh.Count != axes.Length) throw c.Bad($"axes [{string.Join(',', axes)}] name one axis twice");
        var rest = new Queue<Dimension>(x);
        return [.. Enumerable.Range(0, rank).Select(i => fresh.Contains(i) ? 1 : rest.Dequeue())];
    }
}
