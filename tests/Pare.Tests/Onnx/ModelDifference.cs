using System.Collections;
using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Tests.Onnx;

/// <summary>Compares models by content, not by reference, and names the first difference.</summary>
internal static class ModelDifference
{
    public static string? First(Model a, Model b) =>
        Values("ir version", a.IrVersion, b.IrVersion) ?? Lists("opsets", a.Opsets, b.Opsets, (x, y) => Values("opset", x, y))
        ?? Lists("metadata", a.Metadata, b.Metadata, (x, y) => Values("entry", x, y)) ?? Bytes("model", a.Rest, b.Rest)
        ?? Lists("functions", a.Functions, b.Functions, Of) ?? Of(a.Graph, b.Graph);

    private static string? Of(Function a, Function b) =>
        Values("function", (a.Name, a.Domain), (b.Name, b.Domain)) ?? Texts("inputs", a.Inputs, b.Inputs) ?? Texts("outputs", a.Outputs, b.Outputs)
        ?? Lists("nodes", a.Nodes, b.Nodes, Of) ?? Lists("opsets", a.Opsets, b.Opsets, (x, y) => Values("opset", x, y)) ?? Bytes(a.Name, a.Rest, b.Rest);

    private static string? Of(Graph a, Graph b) =>
        Values("graph", a.Name, b.Name) ?? Lists("nodes", a.Nodes, b.Nodes, Of) ?? Lists("initializers", a.Initializers, b.Initializers, Of)
        ?? Lists("inputs", a.Inputs, b.Inputs, Of) ?? Lists("outputs", a.Outputs, b.Outputs, Of) ?? Lists("values", a.Values, b.Values, Of) ?? Bytes(a.Name, a.Rest, b.Rest);

    private static string? Of(Node a, Node b) =>
        Values("node", (a.OpType, a.Domain, a.Name), (b.OpType, b.Domain, b.Name)) ?? Texts("inputs", a.Inputs, b.Inputs) ?? Texts("outputs", a.Outputs, b.Outputs)
        ?? Lists($"attributes of {a}", a.Attributes, b.Attributes, Of) ?? Bytes(a.ToString(), a.Rest, b.Rest);

    private static string? Of(NodeAttribute a, NodeAttribute b) =>
        Values("attribute", (a.Name, a.Kind, a.Reference), (b.Name, b.Kind, b.Reference)) ?? Bytes(a.Name, a.Rest, b.Rest) ?? Content(a.Name, a.Value, b.Value);

    private static string? Content(string name, object? a, object? b) => (a, b) switch
    {
        (null, null) => null,
        (Tensor x, Tensor y) => Of(x, y),
        (Graph x, Graph y) => Of(x, y),
        (ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => Bytes(name, x, y),
        (float x, float y) => Values(name, BitConverter.SingleToUInt32Bits(x), BitConverter.SingleToUInt32Bits(y)),
        (IList x, IList y) when x.Count == y.Count => Enumerable.Range(0, x.Count).Select(i => Content($"{name}[{i}]", x[i], y[i])).FirstOrDefault(d => d is not null),
        _ => Equals(a, b) ? null : $"{name}: {a} against {b}",
    };

    private static string? Of(Tensor a, Tensor b) =>
        Values("tensor", (a.Name, a.Type, a.IsExternal), (b.Name, b.Type, b.IsExternal)) ?? Lists("shape", a.Shape, b.Shape, (x, y) => Values("dimension", x, y))
        ?? Bytes(a.Name, a.Data, b.Data) ?? Lists("strings", a.Strings, b.Strings, (x, y) => Bytes("string", x, y)) ?? Bytes(a.Name, a.Rest, b.Rest);

    private static string? Of(ValueInfo a, ValueInfo b) =>
        Values("value", (a.Name, a.Type, a.Denotation), (b.Name, b.Type, b.Denotation)) ?? Bytes(a.Name, a.OtherType, b.OtherType) ?? Bytes(a.Name, a.Rest, b.Rest)
        ?? Values($"shape of {a.Name} known", a.Shape is null, b.Shape is null) ?? Lists("shape", a.Shape ?? [], b.Shape ?? [], (x, y) => Values("dimension", x, y));

    private static string? Texts(string what, ImmutableArray<string> a, ImmutableArray<string> b) => Lists(what, a, b, (x, y) => Values(what, x, y));

    private static string? Lists<T>(string what, ImmutableArray<T> a, ImmutableArray<T> b, Func<T, T, string?> compare) =>
        a.Length != b.Length ? $"{what}: {a.Length} against {b.Length}" : a.Zip(b, compare).FirstOrDefault(d => d is not null);

    private static string? Values<T>(string what, T a, T b) => EqualityComparer<T>.Default.Equals(a, b) ? null : $"{what}: {a} against {b}";

    private static string? Bytes(string what, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b) => a.Span.SequenceEqual(b.Span) ? null : $"{what}: bytes differ";
}
