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
        var rest = new KeptFields();
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
    public static Tensor ReadTensor(ReadOnlyMemory<byte> message) => new TensorReader(null).Read(new WireReader(message));

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

    internal static KeyValuePair<string, string> ReadPair(WireReader reader)
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
        private readonly TensorReader _tensors = new(external);

        public Graph Graph(WireReader reader, int depth)
        {
            if (depth > MaxDepth) throw new BadInputException($"subgraphs are nested deeper than {MaxDepth}");
            var name = "";
            var nodes = new List<Node>();
            var initializers = new List<Tensor>();
            List<ValueInfo> inputs = [], outputs = [], values = [];
            var rest = new KeptFields();
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: nodes.Add(Node(reader.Message, depth)); break;
                    case 2: name = reader.Text; break;
                    case 5: initializers.Add(_tensors.Read(reader.Message)); break;
                    case 11: inputs.Add(ValueReader.Read(reader.Message)); break;
                    case 12: outputs.Add(ValueReader.Read(reader.Message)); break;
                    case 13: values.Add(ValueReader.Read(reader.Message)); break;
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
            var rest = new KeptFields();
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
            var rest = new KeptFields();
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
            var rest = new KeptFields();
            var seen = AttributeKind.Undefined;
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1: name = reader.Text; break;
                    case 2: f = reader.Float; seen = AttributeKind.Float; break;
                    case 3: i = reader.Int64; seen = AttributeKind.Int; break;
                    case 4: s = reader.Bytes; seen = AttributeKind.Text; break;
                    case 5: tensor = _tensors.Read(reader.Message); seen = AttributeKind.Tensor; break;
                    case 6: graph = Graph(reader.Message, depth + 1); seen = AttributeKind.Graph; break;
                    case 7: reader.AddFloats(floats); seen = AttributeKind.Floats; break;
                    case 8: reader.AddInt64s(ints); seen = AttributeKind.Ints; break;
                    case 9: texts.Add(reader.Bytes); seen = AttributeKind.Texts; break;
                    case 10: tensors.Add(_tensors.Read(reader.Message)); seen = AttributeKind.Tensors; break;
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
    }
}
