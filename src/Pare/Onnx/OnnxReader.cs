using System.Collections.Immutable;
using Pare.Onnx.Wire;

namespace Pare.Onnx;

/// <summary>
/// Bytes of an ONNX file to a <see cref="Model"/>. Payloads stay where they are in memory; fields that Pare has no use
/// for are kept as they stood, so that writing loses nothing. Field numbers: the ONNX standard, onnx.proto.
/// </summary>
public static class OnnxReader
{
    /// <summary>Subgraphs nested deeper than this are refused.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads a model.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="external">Loads the elements of a tensor kept beside the file; null refuses such tensors.</param>
    /// <exception cref="BadInputException">The bytes are not an ONNX model.</exception>
    public static Model Read(ReadOnlyMemory<byte> file, Func<ExternalData, ReadOnlyMemory<byte>>? external = null)
    {
        if (file.Length == 0) throw new BadInputException("the file is empty, an ONNX model is expected");
        var state = new State(external);
        var reader = new WireReader(file);
        Graph? graph = null;
        long irVersion = 0;
        var opsets = new List<Opset>();
        var functions = new List<Function>();
        var metadata = new List<KeyValuePair<string, string>>();
        var rest = new Kept();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: irVersion = reader.Int64; break;
                case 7: graph = state.Graph(reader.Message, 0); break;
                case 8: opsets.Add(ReadOpset(reader.Message)); break;
                case 14: metadata.Add(ReadPair(reader.Message)); break;
                case 25: functions.Add(state.Function(reader.Message)); break;
                default: rest.Add(reader.Raw); break;
            }
        }
        if (graph is null) throw new BadInputException("not an ONNX model: it has no graph");
        return new Model
        {
            Graph = graph, IrVersion = irVersion, Opsets = [.. opsets], Functions = [.. functions], Metadata = [.. metadata], Rest = rest.Bytes,
        };
    }

    /// <summary>Reads one serialized TensorProto.</summary>
    public static Tensor ReadTensor(ReadOnlyMemory<byte> message) => new State(null).Tensor(new WireReader(message));

    private static Opset ReadOpset(WireReader reader)
    {
        var domain = "";
        long version = 0;
        while (reader.Next())
        {
            if (reader.Field == 1) domain = reader.Text;
            else if (reader.Field == 2) version = reader.Int64;
        }
        return new Opset(domain, version);
    }

    private static KeyValuePair<string, string> ReadPair(WireReader reader)
    {
        string key = "", value = "";
        while (reader.Next())
        {
            if (reader.Field == 1) key = reader.Text;
            else if (reader.Field == 2) value = reader.Text;
        }
        return new(key, value);
    }

    private sealed class State(Func<ExternalData, ReadOnlyMemory<byte>>? external)
    {
        public Graph Graph(WireReader reader, int depth)
        {
            if (depth > MaxDepth) throw new BadInputException($"subgraphs are nested deeper than {MaxDepth}");
            var name = "";
            var nodes = new List<Node>();
            var initializers = new List<Tensor>();
            List<ValueInfo> inputs = [], outputs = [], values = [];
            var rest = new Kept();
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: nodes.Add(Node(reader.Message, depth)); break;
                    case 2: name = reader.Text; break;
                    case 5: initializers.Add(Tensor(reader.Message)); break;
                    case 11: inputs.Add(Value(reader.Message)); break;
                    case 12: outputs.Add(Value(reader.Message)); break;
                    case 13: values.Add(Value(reader.Message)); break;
                    default: rest.Add(reader.Raw); break;
                }
            }
            return new Graph
            {
                Name = name, Nodes = [.. nodes], Initializers = [.. initializers], Inputs = [.. inputs], Outputs = [.. outputs],
                Values = [.. values], Rest = rest.Bytes,
            };
        }

        public Function Function(WireReader reader)
        {
            string name = "", domain = "";
            List<string> inputs = [], outputs = [];
            var nodes = new List<Node>();
            var opsets = new List<Opset>();
            var rest = new Kept();
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: name = reader.Text; break;
                    case 4: inputs.Add(reader.Text); break;
                    case 5: outputs.Add(reader.Text); break;
                    case 7: nodes.Add(Node(reader.Message, 0)); break;
                    case 9: opsets.Add(ReadOpset(reader.Message)); break;
                    case 10: domain = reader.Text; break;
                    default: rest.Add(reader.Raw); break;
                }
            }
            return new Function
            {
                Name = name, Domain = domain, Inputs = [.. inputs], Outputs = [.. outputs], Nodes = [.. nodes], Opsets = [.. opsets], Rest = rest.Bytes,
            };
        }

        private Node Node(WireReader reader, int depth)
        {
            string name = "", opType = "", domain = "";
            var inputs = ImmutableArray.CreateBuilder<string>();
            var outputs = ImmutableArray.CreateBuilder<string>();
            var attributes = ImmutableArray.CreateBuilder<NodeAttribute>();
            var rest = new Kept();
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: inputs.Add(reader.Text); break;
                    case 2: outputs.Add(reader.Text); break;
                    case 3: name = reader.Text; break;
                    case 4: opType = reader.Text; break;
                    case 5: attributes.Add(Attribute(reader.Message, depth)); break;
                    case 7: domain = reader.Text; break;
                    default: rest.Add(reader.Raw); break;
                }
            }
            return new Node
            {
                Name = name, OpType = opType, Domain = domain, Inputs = inputs.DrainToImmutable(), Outputs = outputs.DrainToImmutable(),
                Attributes = attributes.DrainToImmutable(), Rest = rest.Bytes,
            };
        }

        private NodeAttribute Attribute(WireReader reader, int depth)
        {
            string name = "", reference = "";
            var kind = AttributeKind.Undefined;
            float f = 0;
            long i = 0;
            ReadOnlyMemory<byte> s = default;
            Tensor? tensor = null;
            Graph? graph = null;
            var floats = new List<float>();
            var ints = new List<long>();
            List<ReadOnlyMemory<byte>> texts = [];
            var tensors = new List<Tensor>();
            var graphs = new List<Graph>();
            var rest = new Kept();
            var seen = AttributeKind.Undefined;
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: name = reader.Text; break;
                    case 2: f = reader.Float; seen = AttributeKind.Float; break;
                    case 3: i = reader.Int64; seen = AttributeKind.Int; break;
                    case 4: s = reader.Bytes; seen = AttributeKind.Text; break;
                    case 5: tensor = Tensor(reader.Message); seen = AttributeKind.Tensor; break;
                    case 6: graph = Graph(reader.Message, depth + 1); seen = AttributeKind.Graph; break;
                    case 7: reader.AddFloats(floats); seen = AttributeKind.Floats; break;
                    case 8: reader.AddInt64s(ints); seen = AttributeKind.Ints; break;
                    case 9: texts.Add(reader.Bytes); seen = AttributeKind.Texts; break;
                    case 10: tensors.Add(Tensor(reader.Message)); seen = AttributeKind.Tensors; break;
                    case 11: graphs.Add(Graph(reader.Message, depth + 1)); seen = AttributeKind.Graphs; break;
                    case 21: reference = reader.Text; break;
                    case 20: kind = (AttributeKind)reader.Int32; break;
                    default: rest.Add(reader.Raw); break;
                }
            }
            // Files of IR version 1 leave the kind out; an empty list and a reference have a kind but no field for the value.
            if (kind == AttributeKind.Undefined) kind = seen;
            object? value = kind switch
            {
                _ when reference.Length > 0 => null,
                AttributeKind.Float => f,
                AttributeKind.Int => i,
                AttributeKind.Text => s,
                AttributeKind.Tensor => tensor,
                AttributeKind.Graph => graph,
                AttributeKind.Floats => floats.ToImmutableArray(),
                AttributeKind.Ints => ints.ToImmutableArray(),
                AttributeKind.Texts => texts.ToImmutableArray(),
                AttributeKind.Tensors => tensors.ToImmutableArray(),
                AttributeKind.Graphs => graphs.ToImmutableArray(),
                _ => null,
            };
            return new NodeAttribute(name, kind, value) { Reference = reference, Rest = rest.Bytes };
        }

        private static ValueInfo Value(WireReader reader)
        {
            var name = "";
            var type = new TypeFields { Denotation = "" };
            var rest = new Kept();
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: name = reader.Text; break;
                    case 2: type = ReadType(reader.Message); break;
                    default: rest.Add(reader.Raw); break;
                }
            }
            return new ValueInfo { Name = name, Type = type.Element, Shape = type.Shape, Denotation = type.Denotation, OtherType = type.Other, Rest = rest.Bytes };
        }

        // What is not a plain tensor (sequence, map, optional, sparse tensor) is kept whole rather than half understood.
        private static TypeFields ReadType(WireReader reader)
        {
            var whole = reader.Whole;
            var type = new TypeFields { Denotation = "" };
            while (reader.Next())
            {
                if (reader.Field == 6) type = type with { Denotation = reader.Text };
                else if (reader.Field != 1) return new() { Denotation = "", Other = whole };
                else
                {
                    var tensor = reader.Message;
                    while (tensor.Next())
                    {
                        if (tensor.Field == 1) type = type with { Element = (ElementType)tensor.Int32 };
                        else if (tensor.Field == 2) type = type with { Shape = ReadShape(tensor.Message) };
                    }
                }
            }
            return type;
        }

        private readonly record struct TypeFields(ElementType Element, ImmutableArray<Dimension>? Shape, string Denotation, ReadOnlyMemory<byte> Other);

        private static ImmutableArray<Dimension> ReadShape(WireReader reader)
        {
            var dimensions = ImmutableArray.CreateBuilder<Dimension>();
            while (reader.Next())
            {
                if (reader.Field != 1) continue;
                var one = reader.Message;
                var dimension = Dimension.Unknown;
                while (one.Next())
                {
                    if (one.Field == 1) dimension = dimension with { Value = one.Int64, Symbol = null };
                    else if (one.Field == 2) dimension = dimension with { Value = null, Symbol = one.Text };
                    else if (one.Field == 3) dimension = dimension with { Denotation = one.Text };
                }
                dimensions.Add(dimension);
            }
            return dimensions.DrainToImmutable();
        }

        public Tensor Tensor(WireReader reader)
        {
            var name = "";
            var type = ElementType.Undefined;
            var shape = new List<long>();
            ReadOnlyMemory<byte>? raw = null;
            var strings = new List<ReadOnlyMemory<byte>>();
            var typed = new TypedStorage();
            ExternalData? place = null;
            var isExternal = false;
            var rest = new Kept();
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: reader.AddInt64s(shape); break;
                    case 2: type = (ElementType)reader.Int32; break;
                    case 4 or 5 or 7 or 10 or 11: typed.Add(reader); break;
                    case 6: strings.Add(reader.Bytes); break;
                    case 8: name = reader.Text; break;
                    case 9: raw = reader.Bytes; break;
                    case 13: place = (place ?? new ExternalData()).With(ReadPair(reader.Message)); break;
                    case 14: isExternal = reader.Int32 == 1; break;
                    default: rest.Add(reader.Raw); break;
                }
            }
            var tensor = new Tensor { Name = name, Type = type, Shape = [.. shape], Strings = [.. strings], IsExternal = isExternal, Rest = rest.Bytes };
            if (type.Bits() == 0) return WithoutSize(tensor, raw, typed);
            var need = SizeBytes(tensor);
            ReadOnlyMemory<byte> data;
            if (isExternal)
            {
                if (external is null) throw new BadInputException($"tensor '{name}' keeps its data in another file, which cannot be reached from here");
                data = external((place ?? new ExternalData()) with { Tensor = name, SizeBytes = need });
            }
            else
            {
                data = raw is { Length: > 0 } ? raw.Value : typed.ToLittleEndian(type, name);
            }
            if (data.Length != need)
                throw new BadInputException($"tensor '{name}' of {type}[{string.Join(',', shape)}] has {data.Length} bytes of data, {need} are needed");
            return tensor with { Data = data };
        }

        // Text has its own field. Of a type that is unknown here the raw bytes pass through; how typed fields hold it cannot be known.
        private static Tensor WithoutSize(Tensor tensor, ReadOnlyMemory<byte>? raw, TypedStorage typed)
        {
            if (tensor.IsExternal || (tensor.Type != ElementType.Text && typed.Any))
                throw new BadInputException($"tensor '{tensor.Name}' of element type {tensor.Type} keeps its elements in a way this version does not know");
            return tensor.Type == ElementType.Text ? tensor : tensor with { Data = raw ?? default };
        }

        private static long SizeBytes(Tensor tensor)
        {
            var count = tensor.Count;
            if (count > Array.MaxLength || tensor.Type.SizeBytes(count) > Array.MaxLength)
                throw new BadInputException($"tensor '{tensor.Name}' has {count} elements of {tensor.Type}; up to 2 GB a tensor are allowed");
            return tensor.Type.SizeBytes(count);
        }
    }

    /// <summary>Gathers fields to be kept as they stood.</summary>
    private struct Kept
    {
        private List<ReadOnlyMemory<byte>>? _fields;

        public void Add(ReadOnlyMemory<byte> field) => (_fields ??= []).Add(field);

        public readonly ReadOnlyMemory<byte> Bytes
        {
            get
            {
                if (_fields is null) return default;
                if (_fields.Count == 1) return _fields[0];
                var writer = new WireWriter();
                foreach (var kept in _fields) writer.Raw(kept);
                return writer.ToArray();
            }
        }
    }
}
