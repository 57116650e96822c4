using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>What is known of one value before the graph runs.</summary>
/// <param name="Type">Element type, Undefined where unknown.</param>
/// <param name="Shape">Shape, null where the rank is unknown.</param>
internal sealed record Known(ElementType Type, ImmutableArray<Dimension>? Shape)
{
    /// <summary>Tensors above this many elements do not take part in shape arithmetic.</summary>
    public const int MaxElements = 4096;

    public static readonly Known Nothing = new(ElementType.Undefined, null);

    /// <summary>The value itself, where it is a constant.</summary>
    public Tensor? Constant { get; init; }

    /// <summary>The elements of a small integer tensor, each a number, a named dimension or unknown; null where nothing is known.</summary>
    public ImmutableArray<Dimension>? Elements { get; init; }

    public int? Rank => Shape?.Length;

    /// <summary>The elements as numbers; null unless all are known.</summary>
    public long[]? Numbers => Elements is { } elements && elements.All(e => e.Value is not null) ? [.. elements.Select(e => e.Value!.Value)] : null;

    public static Known Of(Tensor tensor) => new(tensor.Type, Dims.Of(tensor.Shape.AsSpan()))
    {
        Constant = tensor,
        Elements = tensor.Type is ElementType.Int64 or ElementType.Int32 && tensor.Count <= MaxElements
            ? [.. tensor.ToInt64s().Select(v => new Dimension(v))] : null,
    };

    public static Known Of(ElementType type, IEnumerable<Dimension>? shape) => new(type, shape?.ToImmutableArray());
}
