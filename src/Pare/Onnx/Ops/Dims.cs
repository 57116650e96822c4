using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Arithmetic on dimensions, of which some are only names and some unknown.</summary>
internal static class Dims
{
    public static ImmutableArray<Dimension> Of(ReadOnlySpan<long> sizes)
    {
        var builder = ImmutableArray.CreateBuilder<Dimension>(sizes.Length);
        foreach (var size in sizes) builder.Add(size);
        return builder.ToImmutable();
    }

    public static ImmutableArray<Dimension> Unknown(int rank) => [.. Enumerable.Repeat(Dimension.Unknown, rank)];

    /// <summary>Negative numbers and empty names, which some exporters write, stand for unknown dimensions.</summary>
    public static Dimension Normal(Dimension d) => d.Value < 0 || d is { Value: null, Symbol: "" } ? Dimension.Unknown : new(d.Value, d.Value is null ? d.Symbol : null);

    public static Dimension Multiply(Dimension a, Dimension b) => (a.Value, b.Value) switch
    {
        ({ } x, { } y) => checked(x * y),
        (1, _) => b,
        (_, 1) => a,
        (0, _) or (_, 0) => 0,
        _ => Dimension.Unknown,
    };

    public static Dimension Add(Dimension a, Dimension b) => (a.Value, b.Value) switch
    {
        ({ } x, { } y) => checked(x + y),
        (0, _) => b,
        (_, 0) => a,
        _ => Dimension.Unknown,
    };

    public static Dimension Product(IEnumerable<Dimension> dims) => dims.Aggregate((Dimension)1, Multiply);

    /// <summary>False where both are numbers and differ.</summary>
    public static bool Agree(Dimension a, Dimension b) => a.Value is null || b.Value is null || a.Value == b.Value;

    public static bool Agree(ImmutableArray<Dimension> a, ImmutableArray<Dimension> b) =>
        a.Length == b.Length && a.Zip(b, Agree).All(x => x);

    /// <summary>The better known of two that agree.</summary>
    public static Dimension Better(Dimension a, Dimension b) => a.Value is not null ? a : b.Value is not null ? b : a.Symbol is not null ? a : b;

    /// <summary>Numpy broadcasting (the ONNX standard, "Broadcasting"); null where a rank is unknown or the shapes contradict each other.</summary>
    public static ImmutableArray<Dimension>? Broadcast(OpContext c, params IEnumerable<ImmutableArray<Dimension>?> shapes)
    {
        ImmutableArray<Dimension> result = [];
        foreach (var shape in shapes)
        {
            if (shape is not { } next) return null;
            var (wide, narrow) = result.Length >= next.Length ? (result, next) : (next, result);
            var builder = wide.ToBuilder();
            var lead = wide.Length - narrow.Length;
            for (var i = 0; i < narrow.Length; i++)
                builder[lead + i] = Broadcast(wide[lead + i], narrow[i]) ?? throw c.Bad($"shapes [{Text(result)}] and [{Text(next)}] do not broadcast");
            result = builder.ToImmutable();
        }
        return result;
    }

    public static string Text(ImmutableArray<Dimension> shape) => string.Join(',', shape);

    private static Dimension? Broadcast(Dimension a, Dimension b) => (a.Value, b.Value) switch
    {
        (1, _) => b,
        (_, 1) => a,
        ({ } x, { } y) => x == y ? a : null,
        ({ }, null) => a,
        (null, { }) => b,
        _ => a == b ? a : Dimension.Unknown,
    };
}
