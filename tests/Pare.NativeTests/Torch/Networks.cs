using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.NativeTests.Torch;

/// <summary>Small networks put together by hand, with weights drawn from a seed.</summary>
internal sealed class Networks(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<Node> _nodes = [];
    private readonly List<Tensor> _constants = [];

    /// <summary>Adds a node and returns the name of its first output.</summary>
    public string Node(string op, IEnumerable<string> inputs, params ReadOnlySpan<NodeAttribute> attributes) => Node(op, inputs, 1, attributes);

    /// <summary>Adds a node of several outputs and returns the name of its first.</summary>
    public string Node(string op, IEnumerable<string> inputs, int outputs, params ReadOnlySpan<NodeAttribute> attributes)
    {
        var name = $"{op}_{_nodes.Count}";
        _nodes.Add(new Node
        {
            OpType = op, Name = name, Inputs = [.. inputs], Attributes = [.. attributes],
            Outputs = [name, .. Enumerable.Range(1, outputs - 1).Select(i => $"{name}.{i}")],
        });
        return name;
    }

    /// <summary>A pair of QuantizeLinear and DequantizeLinear to 8 bits.</summary>
    public string Quantized(string x, string name, float scale, byte zero)
    {
        string[] grid = [Constant(Tensor.Of(name + ".scale", [], [scale])), Constant(Tensor.Of(name + ".zero", [], new[] { zero }))];
        return Node("DequantizeLinear", [Node("QuantizeLinear", [x, .. grid]), .. grid]);
    }

    /// <summary>A float constant with values normal around 0 of the given spread, shifted.</summary>
    public string Weights(string name, float spread, float shift, params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var d in shape) count *= d;
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = shift + (spread * (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble())));
        return Constant(Tensor.Of(name, shape, values));
    }

    public string Constant(Tensor tensor)
    {
        _constants.Add(tensor);
        return tensor.Name;
    }

    public string Ints(string name, params ReadOnlySpan<long> values) => Constant(Tensor.Of(name, [values.Length], values.ToArray()));

    public string Conv(string x, string name, long outputs, long inputs, long size, long stride = 1, long pad = 0, long group = 1) =>
        Node("Conv", [x, Weights(name + ".w", 1 / MathF.Sqrt(inputs * size * size), 0, outputs, inputs / group, size, size), Weights(name + ".b", .1f, 0, outputs)],
            NodeAttribute.Of("kernel_shape", [size, size]), NodeAttribute.Of("strides", [stride, stride]), NodeAttribute.Of("pads", [pad, pad, pad, pad]),
            NodeAttribute.Of("group", group));

    public string Dense(string x, string name, long outputs, long inputs) =>
        Node("Gemm", [x, Weights(name + ".w", 1 / MathF.Sqrt(inputs), 0, outputs, inputs), Weights(name + ".b", .1f, 0, outputs)], NodeAttribute.Of("transB", 1));

    public string BatchNorm(string x, string name, long channels)
    {
        var variance = Tensor.Of(name + ".var", [channels], [.. Enumerable.Range(0, (int)channels).Select(_ => .5f + _random.NextSingle())]);
        return Node("BatchNormalization", [x, Weights(name + ".scale", .2f, 1, channels), Weights(name + ".bias", .2f, 0, channels),
            Weights(name + ".mean", .2f, 0, channels), Constant(variance)]);
    }

    public string Pool(string op, string x, long size, long stride, long pad = 0) =>
        Node(op, [x], NodeAttribute.Of("kernel_shape", [size, size]), NodeAttribute.Of("strides", [stride, stride]), NodeAttribute.Of("pads", [pad, pad, pad, pad]));

    /// <summary>The model from input "x" to the given value.</summary>
    public Model Build(string output, long opset, params ReadOnlySpan<long?> input) => new()
    {
        IrVersion = 8,
        Opsets = [new("", opset)],
        Graph = new Graph
        {
            Name = "test",
            Nodes = [.. _nodes],
            Initializers = [.. _constants],
            Inputs = [ValueInfo.Of("x", ElementType.Float, [.. input.ToArray().Select(d => d is { } size ? new Dimension(size) : new Dimension(null, "n"))])],
            Outputs = [new ValueInfo { Name = output, Type = ElementType.Float }],
        },
    };

    /// <summary>LeNet-5 as Caffe has it: 20 and 50 maps of 5x5, 500 and 10 neurons.</summary>
    public static Model LeNet(int seed)
    {
        var n = new Networks(seed);
        var h = n.Pool("MaxPool", n.Conv("x", "conv1", 20, 1, 5), 2, 2);
        h = n.Pool("MaxPool", n.Conv(h, "conv2", 50, 20, 5), 2, 2);
        h = n.Node("Relu", [n.Dense(n.Node("Flatten", [h]), "ip1", 500, 800)]);
        return n.Build(n.Node("Softmax", [n.Dense(h, "ip2", 10, 500)]), 17, null, 1, 28, 28);
    }

    /// <summary>The model with its large weights shared: a codebook of random centroids and a byte of code for each weight.</summary>
    public static Model Shared(Model model, int centroids)
    {
        var random = new Random(5);
        var graph = model.Graph;
        var (nodes, constants) = (new List<Node>(), new List<Tensor>());
        foreach (var tensor in graph.Initializers)
        {
            if (tensor.Type != ElementType.Float || tensor.Shape.Length < 2)
            {
                constants.Add(tensor);
                continue;
            }
            var codes = new byte[tensor.Count];
            for (var i = 0; i < codes.Length; i++) codes[i] = (byte)random.Next(centroids);
            float[] codebook = [.. tensor.Floats[..centroids].ToArray().Order()];
            constants.Add(Tensor.Of(tensor.Name + ".codebook", [centroids], codebook));
            constants.Add(Tensor.Of(tensor.Name + ".codes", tensor.Shape.AsSpan(), codes));
            nodes.Add(new Node { OpType = "Cast", Inputs = [tensor.Name + ".codes"], Outputs = [tensor.Name + ".index"], Attributes = [NodeAttribute.Of("to", (long)ElementType.Int32)] });
            nodes.Add(new Node { OpType = "Gather", Inputs = [tensor.Name + ".codebook", tensor.Name + ".index"], Outputs = [tensor.Name] });
        }
        return model with { Graph = graph with { Nodes = [.. nodes, .. graph.Nodes], Initializers = [.. constants] } };
    }
}
