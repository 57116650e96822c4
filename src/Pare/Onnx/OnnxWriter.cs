using System.Collections.Immutable;
using System.Security.Cryptography;
using Pare.Onnx.Wire;

namespace Pare.Onnx;

/// <summary>A <see cref="Model"/> to the bytes of an ONNX file, by field number; payloads are referenced, not copied.</summary>
public static class OnnxWriter
{
    /// <summary>The model as one file.</summary>
    public static byte[] ToBytes(Model model) => Write(model, null).ToArray();

    /// <summary>SHA-256 of the model as one file, in lower-case hex: what caches and journals know it by.</summary>
    public static string Sha256(Model model) => Convert.ToHexStringLower(SHA256.HashData(ToBytes(model)));

    /// <summary>The model as a message.</summary>
    /// <param name="external">Says where a tensor goes outside the file, or null where it stays inside.</param>
    internal static WireWriter Write(Model model, Func<Tensor, ExternalData?>? external)
    {
        // Up to IR version 3 every initializer is an input too; a model that has been given others is one of version 4.
        if (model.IrVersion < 4 && model.Graph.Initializers.Select(t => t.Name).Except(model.Graph.Inputs.Select(i => i.Name)).Any()) model = OpsetRaise.WithConstantInitializers(model);
        var w = new WireWriter();
        var state = new State(external);
        w.Int64(1, model.IrVersion);
        w.Raw(model.Rest);
        w.Message(7, state.Graph(model.Graph));
        foreach (var opset in model.Opsets) w.Message(8, Opset(opset));
        foreach (var (key, value) in model.Metadata) w.Message(14, Pair(key, value));
        foreach (var function in model.Functions) w.Message(25, state.Function(function));
        return w;
    }

    private static WireWriter Opset(Opset opset)
    {
        var w = new WireWriter();
        w.TextUnlessEmpty(1, opset.Domain);
        w.Int64(2, opset.Version);
        return w;
    }

    private static WireWriter Pair(string key, string value)
    {
        var w = new WireWriter();
        w.Text(1, key);
        w.Text(2, value);
        return w;
    }

    private sealed class State(Func<Tensor, ExternalData?>? external)
    {
        public WireWriter Graph(Graph graph)
        {
            var w = new WireWriter();
            foreach (var node in graph.Nodes) w.Message(1, Node(node));
            w.TextUnlessEmpty(2, graph.Name);
            foreach (var tensor in graph.Initializers) w.Message(5, Tensor(tensor));
            foreach (var value in graph.Inputs) w.Message(11, Value(value));
            foreach (var value in graph.Outputs) w.Message(12, Value(value));
            foreach (var value in graph.Values) w.Message(13, Value(value));
            w.Raw(graph.Rest);
            return w;
        }

        public WireWriter Function(Function function)
        {
            var w = new WireWriter();
            w.Text(1, function.Name);
            foreach (var name in function.Inputs) w.Text(4, name);
            foreach (var name in function.Outputs) w.Text(5, name);
            foreach (var node in function.Nodes) w.Message(7, Node(node));
            foreach (var opset in function.Opsets) w.Message(9, Opset(opset));
            w.TextUnlessEmpty(10, function.Domain);
            w.Raw(function.Rest);
            return w;
        }

        private WireWriter Node(Node node)
        {
            var w = new WireWriter();
            foreach (var name in node.Inputs) w.Text(1, name);
            foreach (var name in node.Outputs) w.Text(2, name);
            w.TextUnlessEmpty(3, node.Name);
            w.Text(4, node.OpType);
            foreach (var attribute in node.Attributes) w.Message(5, Attribute(attribute));
            w.TextUnlessEmpty(7, node.Domain);
            w.Raw(node.Rest);
            return w;
        }

        private WireWriter Attribute(NodeAttribute attribute)
        {
            var w = new WireWriter();
            w.Text(1, attribute.Name);
            switch (attribute.Value)
            {
                case float f: w.Float(2, f); break;
                case long i: w.Int64(3, i); break;
                case ReadOnlyMemory<byte> s: w.Bytes(4, s); break;
                case Tensor t: w.Message(5, Tensor(t)); break;
                case Graph g: w.Message(6, Graph(g)); break;
                // Proto2 semantics: repeated attribute fields are written one by one.
                case ImmutableArray<float> many: foreach (var f in many) w.Float(7, f); break;
                case ImmutableArray<long> many: foreach (var i in many) w.Int64(8, i); break;
                case ImmutableArray<ReadOnlyMemory<byte>> many: foreach (var s in many) w.Bytes(9, s); break;
                case ImmutableArray<Tensor> many: foreach (var t in many) w.Message(10, Tensor(t)); break;
                case ImmutableArray<Graph> many: foreach (var g in many) w.Message(11, Graph(g)); break;
            }
            w.Raw(attribute.Rest);
            w.TextUnlessEmpty(21, attribute.Reference);
            if (attribute.Kind != AttributeKind.Undefined) w.Int64(20, (int)attribute.Kind);
            return w;
        }

        private static WireWriter Value(ValueInfo value)
        {
            var w = new WireWriter();
            w.Text(1, value.Name);
            if (value.OtherType.Length > 0)
            {
                w.Bytes(2, value.OtherType);
            }
            else if (value.Type != ElementType.Undefined || value.Shape is not null)
            {
                var tensor = new WireWriter();
                tensor.Int64(1, (int)value.Type);
                if (value.Shape is { } shape) tensor.Message(2, Shape(shape));
                var type = new WireWriter();
                type.Message(1, tensor);
                type.TextUnlessEmpty(6, value.Denotation);
                w.Message(2, type);
            }
            w.Raw(value.Rest);
            return w;
        }

        private static WireWriter Shape(ImmutableArray<Dimension> shape)
        {
            var w = new WireWriter();
            foreach (var dimension in shape)
            {
                var one = new WireWriter();
                if (dimension.Value is { } value) one.Int64(1, value);
                else if (dimension.Symbol is { } symbol) one.Text(2, symbol);
                if (dimension.Denotation is { } denotation) one.Text(3, denotation);
                w.Message(1, one);
            }
            return w;
        }

        private WireWriter Tensor(Tensor tensor)
        {
            var w = new WireWriter();
            w.PackedInt64s(1, tensor.Shape);
            w.Int64(2, (int)tensor.Type);
            foreach (var text in tensor.Strings) w.Bytes(6, text);
            w.TextUnlessEmpty(8, tensor.Name);
            if (external?.Invoke(tensor) is { } place)
            {
                w.Message(13, Pair("location", place.Location));
                w.Message(13, Pair("offset", $"{place.Offset}"));
                w.Message(13, Pair("length", $"{place.Length}"));
                w.Int64(14, 1);
            }
            else if (tensor.Type != ElementType.Text)
            {
                w.Bytes(9, tensor.Data);
            }
            w.Raw(tensor.Rest);
            return w;
        }
    }
}
