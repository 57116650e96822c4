using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>Element type and shape of a value, as far as they are known.</summary>
/// <param name="Type"><see cref="ElementType.Undefined"/> where unknown or not a tensor.</param>
/// <param name="Shape">Null where even the rank is unknown; single dimensions may be names or unknown.</param>
public readonly record struct TensorType(ElementType Type, ImmutableArray<Dimension>? Shape)
{
    /// <summary>The shape as numbers; null unless every dimension is one.</summary>
    public long[]? Sizes => Shape is { } shape && shape.All(d => d.Value is not null) ? [.. shape.Select(d => d.Value!.Value)] : null;

    public override string ToString() => $"{Type}[{(Shape is { } s ? string.Join(',', s) : "...")}]";
}
