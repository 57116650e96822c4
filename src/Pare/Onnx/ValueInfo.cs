using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>One dimension of a shape: a number, a name ("batch"), or neither where nothing is known.</summary>
public readonly record struct Dimension(long? Value, string? Symbol = null)
{
    /// <summary>What the axis means in the standard's words ("DATA_CHANNEL"); null where the file does not say.</summary>
    public string? Denotation { get; init; }

    public static implicit operator Dimension(long value) => new(value);
    public static Dimension Unknown => default;
    public override string ToString() => Value?.ToString() ?? Symbol ?? "?";
}

/// <summary>Name, type and shape of a graph's input, output or inner value.</summary>
public sealed record ValueInfo
{
    public required string Name { get; init; }

    /// <summary>Element type; <see cref="ElementType.Undefined"/> where unknown or not a tensor.</summary>
    public ElementType Type { get; init; }

    /// <summary>The shape; null where even the rank is unknown.</summary>
    public ImmutableArray<Dimension>? Shape { get; init; }

    /// <summary>What the value means in the standard's words ("IMAGE"); empty where the file does not say.</summary>
    public string Denotation { get; init; } = "";

    /// <summary>Sequences, maps, optionals and sparse tensors keep their whole type here.</summary>
    public ReadOnlyMemory<byte> OtherType { get; init; }

    /// <summary>Fields of the file that Pare does not use, as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }

    public static ValueInfo Of(string name, ElementType type, params ReadOnlySpan<Dimension> shape) =>
        new() { Name = name, Type = type, Shape = [.. shape] };

    public override string ToString() => $"{Name}: {Type}[{(Shape is { } s ? string.Join(',', s) : "...")}]";
}
