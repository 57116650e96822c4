using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>Element type and shape of a value, as far as they are known.</summary>
/// <param name="Type"><see cref="ElementType.Undefined"/> where unknown or not a tensor.</param>
/// <param name="Shape">Null where even the rank is unknown; single dimensions may be names or unknown.</param>
public readonly record struct TensorType(ElementType Type, ImmutableArray<Dimension>? Shape)
{
    /// <summary>The shape as numbers; null unless every dimension is one, and for more elements than there can be.</summary>
    public long[]? Sizes
    {
        get
        {
            if (Shape is not { } shape || !shape.All(d => d.Value is not null)) return null;
            long[] sizes = [.. shape.Select(d => d.Value!.Value)];
            return sizes.Aggregate((Int128)1, (a, b) => a > long.MaxValue ? a : a * b) <= long.MaxValue ? sizes : null;
        }
    }

    public override string ToString() => $"{Type}[{(Shape is { } s ? string.Join(',', s) : "...")}]";
}
