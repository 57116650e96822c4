using System.Collections.Immutable;
using System.Text;

namespace Pare.Onnx;

/// <summary>Kinds of attribute by their numbers in the ONNX standard (AttributeProto.AttributeType).</summary>
public enum AttributeKind
{
    Undefined = 0,
    Float = 1,
    Int = 2,
    Text = 3,
    Tensor = 4,
    Graph = 5,
    Floats = 6,
    Ints = 7,
    Texts = 8,
    Tensors = 9,
    Graphs = 10,
}

/// <summary>
/// A node's attribute. <see cref="Value"/> is, by kind: float, long, UTF-8 bytes (ReadOnlyMemory), <see cref="Onnx.Tensor"/>,
/// <see cref="Onnx.Graph"/>, or an ImmutableArray of these. Kinds Pare does not use (sparse tensors, types) keep their
/// fields in <see cref="Rest"/> and have no value.
/// </summary>
public sealed record NodeAttribute(string Name, AttributeKind Kind, object? Value)
{
    /// <summary>Inside a function: the function's attribute that gives the value; empty elsewhere.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Fields of the file that Pare does not use, as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }

    public static NodeAttribute Of(string name, float value) => new(name, AttributeKind.Float, value);
    public static NodeAttribute Of(string name, long value) => new(name, AttributeKind.Int, value);
    public static NodeAttribute Of(string name, string value) => new(name, AttributeKind.Text, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(value));
    public static NodeAttribute Of(string name, Tensor value) => new(name, AttributeKind.Tensor, value);
    public static NodeAttribute Of(string name, Graph value) => new(name, AttributeKind.Graph, value);
    public static NodeAttribute Of(string name, params ReadOnlySpan<long> values) => new(name, AttributeKind.Ints, values.ToImmutableArray());
    public static NodeAttribute Of(string name, params ReadOnlySpan<float> values) => new(name, AttributeKind.Floats, values.ToImmutableArray());
}
