using Pare.Onnx;

namespace Pare.NativeTests.Prune;

/// <summary>Small graphs put together at random from what channels have to be followed through.</summary>
internal sealed class RandomNetwork(Random random)
{
    public const int Channels = 3;
    public const int Side = 8;

    private readonly List<Node> _nodes = [];
    private readonly List<Tensor> _constants = [];
    private readonly List<Map> _maps = [];
    private int _number;

    /// <summary>A value of [batch, channels, side, side].</summary>
    private sealed record Map(string Name, int Channels, int Side);

    public Model Build()
    {
        var map = Conv(new Map("x", Channels, Side), 2 * random.Next(2, 7), 3, 1);
        for (var steps = random.Next(3, 12); steps > 0; steps--)
        {
            _maps.Add(map);
            map = Step(map);
        }
        var output = Head(map);
        return new Model
        {
            Graph = new Graph
            {
                Name = "random",
                Nodes = [.. _nodes],
                Initializers = [.. _constants],
                Inputs = [ValueInfo.Of("x", ElementType.Float, new Dimension(null, "batch"), Channels, Side, Side)],
                Outputs = [ValueInfo.Of(output, ElementType.Float, new Dimension(null, "batch"), 5)],
            },
        };
    }

    private Map Step(Map x) => random.Next(28) switch
    {
        0 or 1 => Conv(x, 2 * random.Next(1, 7), 3, 1),
        2 => Conv(x, x.Channels, 3, 1),
        3 => Conv(x, x.Channels * random.Next(1, 3), 3, x.Channels),
        4 when x.Channels % 2 == 0 => Conv(x, 2 * random.Next(1, 6), 1, 2),
        5 => BatchNorm(x),
        6 => Activation(x),
        7 => PRelu(x),
        8 or 9 => Residual(x),
        10 => ConcatWith(x),
        11 when x.Channels > 3 => SplitAndSwap(x),
        12 when x.Channels % 2 == 0 => Shuffle(x),
        13 => SqueezeExcite(x),
        14 => Pool(x),
        15 => PadChannels(x),
        16 => Resize(x),
        17 => TransposeAndBack(x),
        18 => Op("Mul", x, Constant([1, x.Channels, 1, 1])),
        19 when x.Channels > 2 => GatherOrSlice(x),
        20 => ConvTranspose(x),
        21 => Computed(x),
        22 when x.Side <= 8 => ComputedResize(x),
        23 => PoolAndExpand(x),
        24 => DepthAndSpace(x),
        25 when x.Channels <= 8 => Op("Tile", x, Ints(1, 2, 1, 1)) with { Channels = 2 * x.Channels },
        26 => Masked(x),
        27 => Op("InstanceNormalization", x, Constant([x.Channels]), Constant([x.Channels])),
        _ => Op("Relu", x),
    };

    private string Head(Map x)
    {
        var flat = Name("flat");
        switch (random.Next(4))
        {
            case 0:
                flat = Op("Flatten", Op("GlobalAveragePool", x) with { Side = 1 }).Name;
                x = x with { Side = 1 };
                break;
            case 1: Add("Flatten", flat, [x.Name]); break;
            case 2: Add("Reshape", flat, [x.Name, Ints(0, -1)]); break;
            default: Add("Reshape", flat, [x.Name, Ints(-1, x.Channels * x.Side * x.Side)]); break;
        }
        var features = x.Channels * x.Side * x.Side;
        var hidden = Name("hidden");
        if (random.Next(2) == 0) Add("Gemm", hidden, [flat, Constant([7, features]), Constant([7])], NodeAttribute.Of("transB", 1L));
        else Add("MatMul", hidden, [flat, Constant([features, 7])]);
        var (active, scores) = (Name("active"), Name("scores"));
        Add("Sigmoid", active, [hidden]);
        Add("Gemm", scores, [active, Constant([7, 5]), Constant([1, 5])]);
        return scores;
    }

    private Map Conv(Map x, int channels, int kernel, int groups)
    {
        var y = new Map(Name("conv"), channels, x.Side);
        string[] inputs = [x.Name, Constant([channels, x.Channels / groups, kernel, kernel]), .. random.Next(2) == 0 ? [Constant([channels])] : Array.Empty<string>()];
        Add("Conv", y.Name, inputs, NodeAttribute.Of("group", (long)groups), NodeAttribute.Of("pads", (ReadOnlySpan<long>)[kernel / 2, kernel / 2, kernel / 2, kernel / 2]));
        return y;
    }

    private Map ConvTranspose(Map x)
    {
        var groups = random.Next(3) switch { 0 => x.Channels, 1 when x.Channels % 2 == 0 => 2, _ => 1 };
        var each = random.Next(1, 3) * (groups == x.Channels ? 1 : 2);
        var y = new Map(Name("up"), groups * each, x.Side);
        Add("ConvTranspose", y.Name, [x.Name, Constant([x.Channels, each, 1, 1]), Constant([y.Channels])], NodeAttribute.Of("group", (long)groups));
        return y;
    }

    private Map BatchNorm(Map x)
    {
        var variance = Name("var");
        _constants.Add(Tensor.Of(variance, [x.Channels], [.. Enumerable.Range(0, x.Channels).Select(_ => 0.5f + (float)random.NextDouble())]));
        var y = x with { Name = Name("norm") };
        Add("BatchNormalization", y.Name, [x.Name, Constant([x.Channels]), Constant([x.Channels]), Constant([x.Channels]), variance]);
        return y;
    }

    private Map Activation(Map x) => random.Next(5) switch
    {
        0 => Op("Sigmoid", x),
        1 => Op("HardSwish", x),
        2 => Op("Tanh", x),
        3 => Op("Clip", x, Scalar(-0.5f), Scalar(1)),
        _ => Op("Relu", x),
    };

    private Map PRelu(Map x) => Op("PRelu", x, Constant([x.Channels, 1, 1]));

    // With an earlier value of the same shape, or with a branch that is made for it.
    private Map Residual(Map x)
    {
        var others = _maps.FindAll(m => m.Channels == x.Channels && m.Side == x.Side);
        var other = others.Count > 0 && random.Next(3) > 0 ? others[random.Next(others.Count)] : BatchNorm(Conv(x, x.Channels, 3, 1));
        return Op(random.Next(4) == 0 ? "Mul" : "Add", x, other.Name);
    }

    private Map ConcatWith(Map x)
    {
        var others = _maps.FindAll(m => m.Side == x.Side && m.Channels + x.Channels <= 24);
        if (others.Count == 0) return x;
        var other = others[random.Next(others.Count)];
        var y = new Map(Name("concat"), x.Channels + other.Channels, x.Side);
        Add("Concat", y.Name, random.Next(2) == 0 ? [x.Name, other.Name] : [other.Name, x.Name], NodeAttribute.Of("axis", 1L));
        return y;
    }

    private Map SplitAndSwap(Map x)
    {
        var first = random.Next(1, x.Channels - 1);
        var (a, b, y) = (Name("a"), Name("b"), x with { Name = Name("swap") });
        var even = x.Channels % 2 == 0 && random.Next(2) == 0;
        _nodes.Add(new Node
        {
            OpType = "Split",
            Inputs = even ? [x.Name] : [x.Name, Ints(first, x.Channels - first)],
            Outputs = [a, b],
            Attributes = [NodeAttribute.Of("axis", 1L)],
        });
        if (even) first = x.Channels / 2;
        var left = random.Next(2) == 0 ? BatchNorm(new Map(a, first, x.Side)).Name : a;
        Add("Concat", y.Name, [b, left], NodeAttribute.Of("axis", -3L));
        return y;
    }

    private Map Shuffle(Map x)
    {
        var (split, swapped, y) = (Name("split"), Name("swapped"), x with { Name = Name("shuffle") });
        Add("Reshape", split, [x.Name, Ints(0, 2, x.Channels / 2, x.Side, x.Side)]);
        Add("Transpose", swapped, [split], NodeAttribute.Of("perm", (ReadOnlySpan<long>)[0, 2, 1, 3, 4]));
        Add("Reshape", y.Name, [swapped, random.Next(2) == 0 ? Ints(-1, x.Channels, x.Side, x.Side) : Ints(0, x.Channels, x.Side, x.Side)]);
        return y;
    }

    private Map SqueezeExcite(Map x)
    {
        var pooled = random.Next(2) == 0 ? Op("GlobalAveragePool", x) with { Side = 1 } : Op("ReduceMean", x, [NodeAttribute.Of("axes", (ReadOnlySpan<long>)[2, 3])]) with { Side = 1 };
        var gate = Op("Sigmoid", Conv(Op("Relu", Conv(pooled, 4, 1, 1)), x.Channels, 1, 1));
        return Op("Mul", x, gate.Name);
    }

    private Map Pool(Map x)
    {
        if (x.Side < 4) return x;
        NodeAttribute[] window = [NodeAttribute.Of("kernel_shape", (ReadOnlySpan<long>)[2, 2]), NodeAttribute.Of("strides", (ReadOnlySpan<long>)[2, 2])];
        return Op(random.Next(2) == 0 ? "MaxPool" : "AveragePool", x, window) with { Side = x.Side / 2 };
    }

    private Map PadChannels(Map x)
    {
        if (x.Channels > 16) return x;
        var (before, after) = (random.Next(3), random.Next(3));
        var y = new Map(Name("pad"), x.Channels + before + after, x.Side + 2);
        Add("Pad", y.Name, [x.Name, Ints(0, before, 1, 1, 0, after, 1, 1)]);
        return y;
    }

    private Map Resize(Map x)
    {
        if (x.Side > 8) return x;
        var y = x with { Name = Name("resize"), Side = 2 * x.Side };
        var scales = Name("scales");
        _constants.Add(Tensor.Of(scales, [4], [1f, 1, 2, 2]));
        Add("Resize", y.Name, [x.Name, "", scales]);
        return y;
    }

    private Map TransposeAndBack(Map x)
    {
        var (last, joined, wide, y) = (Name("last"), Name("joined"), Name("wide"), Name("first"));
        Add("Transpose", last, [x.Name], NodeAttribute.Of("perm", (ReadOnlySpan<long>)[0, 2, 3, 1]));
        Add("Reshape", joined, [last, Ints(0, -1, x.Channels)]);
        var channels = random.Next(2) == 0 ? x.Channels : 6;
        Add("MatMul", wide, [joined, Constant([x.Channels, channels])]);
        var (square, biased) = (Name("square"), Name("biased"));
        Add("Add", biased, [wide, Constant([channels])]);
        Add("Reshape", square, [biased, Ints(0, x.Side, x.Side, channels)]);
        Add("Transpose", y, [square], NodeAttribute.Of("perm", (ReadOnlySpan<long>)[0, 3, 1, 2]));
        return new Map(y, channels, x.Side);
    }

    private Map GatherOrSlice(Map x)
    {
        if (random.Next(2) == 0)
        {
            var order = Enumerable.Range(0, x.Channels).OrderBy(_ => random.Next()).Select(i => (long)i).ToArray();
            return Op("Gather", x, [NodeAttribute.Of("axis", 1L)], Ints(order));
        }
        var (start, end) = (random.Next(0, 2), x.Channels - random.Next(0, 2));
        return Op("Slice", x, Ints(start), Ints(end == x.Channels ? int.MaxValue : end), Ints(1)) with { Channels = end - start };
    }

    // As exporters write "x.view(x.shape[0], x.shape[1], -1)" and back.
    private Map Computed(Map x)
    {
        var (shape, batch, channels, flat) = (Name("shape"), Name("batch"), Name("channels"), Name("flat"));
        Add("Shape", shape, [x.Name]);
        Add("Gather", batch, [shape, Ints(0)]);
        Add("Gather", channels, [shape, Ints(1)]);
        var (target, back, y) = (Name("target"), Name("back"), x with { Name = Name("viewed") });
        Add("Concat", target, [batch, channels, Ints(-1)], NodeAttribute.Of("axis", 0L));
        Add("Reshape", flat, [x.Name, target]);
        Add("Concat", back, [batch, channels, Ints(x.Side), Ints(x.Side)], NodeAttribute.Of("axis", 0L));
        Add("Reshape", y.Name, [flat, back]);
        return y;
    }

    // To sizes that are put together from the input's own.
    private Map ComputedResize(Map x)
    {
        var (shape, lead, sizes, y) = (Name("shape"), Name("lead"), Name("sizes"), x with { Name = Name("resized"), Side = 2 * x.Side });
        Add("Shape", shape, [x.Name]);
        Add("Slice", lead, [shape, Ints(0), Ints(2)]);
        Add("Concat", sizes, [lead, Ints(y.Side, y.Side)], NodeAttribute.Of("axis", 0L));
        Add("Resize", y.Name, [x.Name, "", "", sizes], NodeAttribute.Of("mode", "linear"));
        return y;
    }

    private Map PoolAndExpand(Map x)
    {
        var pooled = Op("GlobalAveragePool", x);
        if (random.Next(2) == 0) return Op("Expand", pooled, Ints(1, x.Channels, x.Side, x.Side));
        var shape = Name("shape");
        Add("Shape", shape, [x.Name]);
        return Op("Expand", pooled, shape);
    }

    private Map DepthAndSpace(Map x)
    {
        if (x.Side % 2 == 0 && x.Channels <= 6 && random.Next(2) == 0) return Op("SpaceToDepth", x, [NodeAttribute.Of("blocksize", 2L)]) with { Channels = 4 * x.Channels, Side = x.Side / 2 };
        if (x.Channels % 4 != 0 || x.Side > 8) return x;
        return Op("DepthToSpace", x, [NodeAttribute.Of("blocksize", 2L), NodeAttribute.Of("mode", random.Next(2) == 0 ? "CRD" : "DCR")]) with { Channels = x.Channels / 4, Side = 2 * x.Side };
    }

    private Map Masked(Map x)
    {
        var y = x with { Name = Name("where") };
        var positive = Name("positive");
        Add("Greater", positive, [x.Name, Constant([x.Channels, 1, 1])]);
        Add("Where", y.Name, [positive, x.Name, Constant([1, x.Channels, 1, 1])]);
        return y;
    }

    private Map Op(string type, Map x, params string[] more) => Op(type, x, [], more);

    private Map Op(string type, Map x, NodeAttribute[] attributes, params string[] more)
    {
        var y = x with { Name = Name(type) };
        Add(type, y.Name, [x.Name, .. more], attributes);
        return y;
    }

    private void Add(string type, string output, string[] inputs, params NodeAttribute[] attributes) =>
        _nodes.Add(new Node { OpType = type, Name = output, Inputs = [.. inputs], Outputs = [output], Attributes = [.. attributes] });

    private string Name(string stem) => $"{stem}{_number++}";

    private string Scalar(float value) => Keep(Tensor.Of(Name("scalar"), [], [value]));

    private string Ints(params long[] values) => Keep(Tensor.Of(Name("ints"), [values.Length], values));

    private string Constant(long[] shape)
    {
        var count = (int)shape.Aggregate((a, b) => a * b);
        // The signal keeps its size through many layers.
        var deviation = shape.Length == 1 ? 1 : 1.5 / Math.Sqrt(Math.Max(1, count / (double)shape[0]));
        return Keep(Tensor.Of(Name("w"), shape, [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * deviation))]));
    }

    private string Keep(Tensor tensor)
    {
        _constants.Add(tensor);
        return tensor.Name;
    }
}
