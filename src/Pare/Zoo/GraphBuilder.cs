using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>How a layer's starting weights spread; fan-in is the number of inputs that one output adds up.</summary>
public enum Init
{
    /// <summary>Deviation sqrt(2 / fan-in), for layers in front of a ReLU (He et al. 2015).</summary>
    He,

    /// <summary>Deviation sqrt(1 / fan-in), for layers whose outputs are used as they are (the Caffe form of Glorot, Bengio 2010).</summary>
    Xavier,

    /// <summary>Deviation 0.01, for outputs that are quantities and not scores: they start near 0, so that the first steps do not have to undo them, which kills the units before.</summary>
    Small,
}

/// <summary>
/// Collects the nodes and weights of a network while <see cref="Features"/> flow through it, so that the code of a network reads like
/// its paper's table. A value has one short name, its layer's; a node has a name of its own only where the value it makes is called
/// otherwise, since small packed files pay for every byte.
/// </summary>
/// <param name="seed">Seed of the starting weights.</param>
public sealed class GraphBuilder(int seed = 0)
{
    private const int MaxInputValues = 1 << 26;

    private readonly List<Node> _nodes = [];
    private readonly List<Tensor> _initializers = [];
    private readonly List<ValueInfo> _inputs = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>A network's input: pictures of the given size, any number at once.</summary>
    public Features Input(int channels, int height, int width, string name = "input")
    {
        if (channels < 1 || height < 1 || width < 1 || (Int128)channels * height * width > MaxInputValues)
            throw new BadInputException($"input shape {channels}x{height}x{width}; each number is at least 1 and their product at most {MaxInputValues}");
        _inputs.Add(ValueInfo.Of(Claim(name), ElementType.Float, new Dimension(null, "batch"), channels, height, width));
        return new Features(this, name, channels, height, width);
    }

    /// <summary>The finished model; its output is <paramref name="result"/> under the name <paramref name="output"/>.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="result">What the network computes.</param>
    /// <param name="output">Name of the output.</param>
    public Model Build(string name, Features result, string output = "scores")
    {
        var last = _nodes.FindIndex(n => n.Outputs[0] == result.Name);
        _nodes[last] = _nodes[last] with { Name = result.Name, Outputs = [Claim(output)] };
        var batch = new Dimension(null, "batch");
        return new Model
        {
            Graph = new Graph
            {
                Name = name,
                Nodes = [.. _nodes],
                Initializers = [.. _initializers],
                Inputs = [.. _inputs],
                Outputs = [result.IsFlat
                    ? ValueInfo.Of(output, ElementType.Float, batch, result.Channels)
                    : ValueInfo.Of(output, ElementType.Float, batch, result.Channels, result.Height, result.Width)],
            },
        };
    }

    /// <summary>Adds an operator with one output, named <paramref name="name"/>.</summary>
    internal void Add(string opType, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<NodeAttribute> attributes) =>
        _nodes.Add(new Node { OpType = opType, Inputs = [.. inputs], Outputs = [Claim(name)], Attributes = [.. attributes] });

    /// <summary>Adds weights drawn at random.</summary>
    /// <returns>Their name, <paramref name="layer"/>.weight.</returns>
    internal string Weight(string layer, Init init, params ReadOnlySpan<long> shape)
    {
        long fanIn = 1;
        foreach (var d in shape[1..]) fanIn = checked(fanIn * d);
        var values = Allocate(layer, checked(fanIn * shape[0]));
        var name = layer + ".weight";
        GaussianNoise.Fill(values, GaussianNoise.SeedOf(seed, name), Deviation(init, fanIn));
        _initializers.Add(Tensor.Of(Claim(name), shape, values));
        return name;
    }

    private static double Deviation(Init init, long fanIn) => init switch
    {
        Init.He => Math.Sqrt(2.0 / fanIn),
        Init.Small => 0.01,
        _ => Math.Sqrt(1.0 / fanIn),
    };

    /// <summary>Adds a vector of equal values.</summary>
    /// <returns>Its name, <paramref name="layer"/>.<paramref name="role"/>.</returns>
    internal string Vector(string layer, string role, int length, float value)
    {
        var values = Allocate(layer, length);
        values.AsSpan().Fill(value);
        var name = $"{layer}.{role}";
        _initializers.Add(Tensor.Of(Claim(name), [length], values));
        return name;
    }

    /// <summary>A number that no training moves, such as a bound; one of each name a network.</summary>
    internal string Scalar(string name, float value)
    {
        if (_names.Add(name)) _initializers.Add(Tensor.Of(name, [], [value]));
        return name;
    }

    /// <summary>A shape or a list of lengths as an operator takes it; equal ones are one tensor.</summary>
    internal string Shape(params long[] values)
    {
        var name = "shape." + string.Join('x', values);
        if (_names.Add(name)) _initializers.Add(Tensor.Of(name, [values.Length], values));
        return name;
    }

    /// <summary>The next number for a layer that has no name of its own: relu1, relu2, ...</summary>
    internal string Number(string stem)
    {
        _numbers[stem] = _numbers.GetValueOrDefault(stem) + 1;
        return $"{stem}{_numbers[stem]}";
    }

    private static float[] Allocate(string layer, long count) => count <= Array.MaxLength
        ? new float[count]
        : throw new BadInputException($"layer '{layer}' would have {count} weights; at most {Array.MaxLength} are possible");

    private string Claim(string name) => _names.Add(name) ? name : throw new ArgumentException($"'{name}' is named twice", nameof(name));
}
