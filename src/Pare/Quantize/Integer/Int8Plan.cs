using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>A layer that becomes 8-bit.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Weight">Its weights, dense, with Gemm's alpha in them.</param>
/// <param name="Bias">Its bias, one number an output channel, with Gemm's beta in it; null where it has none.</param>
/// <param name="Axis">The weight's axis of output channels.</param>
internal sealed record IntegerLayer(Layer Layer, Tensor Weight, float[]? Bias, int Axis)
{
    /// <summary>The value that is multiplied.</summary>
    public string Input => Layer.Node.Inputs[0];

    public int Channels => (int)Weight.Shape[Axis];
}

/// <summary>A layer that stays float, and why.</summary>
public sealed record FloatLayer(string Name, string Output, string Reason);

/// <summary>Which layers of a network become 8-bit, and which values between them are carried in codes.</summary>
internal sealed class Int8Plan
{
    // Operators that only move elements: what comes out has the codes that went in. ONNX Runtime sees that of itself.
    private static readonly HashSet<string> Movers = ["MaxPool", "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Split", "Resize"];

    // The same, but ONNX Runtime would turn the codes to floats and back for them: they are given the codes.
    private static readonly HashSet<string> CodeMovers = ["Slice", "Pad", "DepthToSpace", "SpaceToDepth"];

    // Operators that ONNX Runtime has an 8-bit kernel for, all inputs being activations.
    private static readonly HashSet<string> Combiners = ["Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "Sigmoid", "LeakyRelu"];

    private readonly HashSet<string> _coded = [];
    private readonly Dictionary<string, string> _sources = [];
    private readonly Dictionary<string, Node> _absorbed = [];

    private readonly Int8Options _options;

    private Int8Plan(GraphIndex index, Int8Options options, IReadOnlyDictionary<string, string>? undone, IReadOnlySet<string>? edges)
    {
        (Index, _options) = (index, options);
        ChooseLayers(new LayerPatterns(options.Exclude), undone);
        Edges = edges ?? Layers.Where((_, i) => i == 0 || i == Layers.Count - 1).Select(l => l.Layer.Node.Outputs[0]).ToHashSet();
        ChooseValues();
    }

    public GraphIndex Index { get; }

    /// <summary>The layers that become 8-bit, in the graph's order.</summary>
    public List<IntegerLayer> Layers { get; } = [];

    /// <summary>Outputs of the first and the last layer of the whole plan, whichever layers went back to float since.</summary>
    public IReadOnlySet<string> Edges { get; }

    /// <summary>The others.</summary>
    public List<FloatLayer> Kept { get; } = [];

    /// <summary>Values that are carried in codes, in the graph's order.</summary>
    public IEnumerable<string> Coded => Index.Graph.Inputs.Select(i => i.Name).Concat(Index.Graph.Nodes.SelectMany(n => n.Outputs)).Where(_coded.Contains);

    /// <summary>The value that a coded value has its map from: itself, or what it was moved from.</summary>
    public string Source(string value)
    {
        while (_sources.TryGetValue(value, out var source)) value = source;
        return value;
    }

    /// <summary>The Relu or Clip that a node's codes do the work of; null where there is none.</summary>
    public Node? AbsorbedBehind(Node node) => _absorbed.GetValueOrDefault(node.Outputs[0]);

    /// <param name="model">A prepared model: see <see cref="Int8Writer.Prepare"/>.</param>
    /// <param name="options">What is excluded, and what codes activations have.</param>
    public static Int8Plan Of(Model model, Int8Options options) => new(new GraphIndex(model.Graph), options, undone: null, edges: null);

    /// <summary>The plan with some of the layers float, by output, for reasons.</summary>
    public Int8Plan Without(IReadOnlyDictionary<string, string> undone) => new(Index, _options, undone, Edges);

    private void ChooseLayers(LayerPatterns exclude, IReadOnlyDictionary<string, string>? undone)
    {
        var uses = new Dictionary<string, (int Axis, float Alpha)>();
        foreach (var layer in Layer.Of(Index))
        {
            var output = layer.Node.Outputs[0];
            var reason = exclude.Fits(layer) ? "excluded" : undone?.GetValueOrDefault(output);
            var integer = reason is null ? IntegerForm.Of(Index, layer, out reason) : null;
            var use = (integer?.Axis ?? 0, layer.Node.Is("Gemm") ? layer.Node.Float("alpha", 1) : 1);
            if (integer is not null && uses.TryGetValue(layer.Weight, out var first) && first != use) (integer, reason) = (null, "its weight is shared with a layer that has other output channels or another alpha");
            if (integer is null)
            {
                Kept.Add(new FloatLayer(layer.Name, output, reason!));
                continue;
            }
            uses[layer.Weight] = use;
            Layers.Add(integer);
        }
    }

    private void ChooseValues()
    {
        var byNode = Layers.Select(l => l.Layer.Node).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        var needed = Needed();
        _coded.UnionWith(Layers.Select(l => l.Input));
        foreach (var node in Index.Graph.Nodes)
        {
            if (byNode.Contains(node)) AddOutput(node, needed, always: node.Is("Conv") || IsBeforeAdd(node));
            else if (IsMover(node) && _coded.Contains(node.Input(0)) && node.Outputs.All(needed.Contains))
            {
                foreach (var output in node.Outputs)
                {
                    _sources[output] = node.Inputs[0];
                    _coded.Add(output);
                }
            }
            else if (Combiners.Contains(node.OpType) && node.IsStandard && node.Inputs.All(_coded.Contains)) AddOutput(node, needed, always: false);
        }
    }

    /// <summary>True for a node of coded values that is to work on the codes themselves.</summary>
    public bool IsOnCodes(Node node) => node.IsStandard && CodeMovers.Contains(node.OpType) && _sources.ContainsKey(node.Outputs[0]);

    private bool IsMover(Node node) => node.IsStandard && node.OpType switch
    {
        "Resize" => node.Text("mode", "nearest") == "nearest",
        "Pad" => node.Text("mode", "constant") != "constant" || node.Input(2).Length == 0 || Index.Constant(node.Input(2)) is { Type: ElementType.Float, Count: 1 } value && value.Floats[0] == 0,
        var op => Movers.Contains(op) || CodeMovers.Contains(op),
    };

    // The values that reach an 8-bit layer through operators that work on codes.
    private HashSet<string> Needed()
    {
        var needed = new HashSet<string>();
        var pending = new Stack<string>(Layers.Select(l => l.Input));
        while (pending.TryPop(out var value))
        {
            if (!needed.Add(value) || Index.Producer(value) is not { IsStandard: true } producer) continue;
            if (IsMover(producer) || producer.OpType is "Relu" or "Clip") pending.Push(producer.Inputs[0]);
            else if (Combiners.Contains(producer.OpType))
                foreach (var input in producer.Inputs) pending.Push(input);
        }
        return needed;
    }

    // ONNX Runtime makes one Gemm of a MatMul and an Add before it looks for codes, unless codes stand between them.
    private bool IsBeforeAdd(Node node) => node.Is("MatMul") && Index.Consumers(node.Outputs[0]).Any(n => n.Is("Add"));

    private void AddOutput(Node node, HashSet<string> needed, bool always)
    {
        var output = node.Outputs[0];
        if (!always && !needed.Contains(output)) return;
        if (Activation(output) is { } activation)
        {
            _absorbed[output] = activation;
            output = activation.Outputs[0];
        }
        _coded.Add(output);
    }

    // The Relu or Clip that is all a value is used for: codes saturate where it does. They always hold 0, and signed ones as much below it as above unless nothing is below.
    private Node? Activation(string value)
    {
        if (Index.IsOutput(value) || Index.Consumers(value) is not [{ IsStandard: true } next] || next.Input(0) != value) return null;
        return next.OpType switch
        {
            "Relu" => next,
            "Clip" when Bound(next.Input(1), float.NegativeInfinity) is { } min && Bound(next.Input(2), float.PositiveInfinity) is { } max && min <= 0 && max >= 0 && (min == 0 || !_options.SignedActivations) => next,
            _ => null,
        };

        float? Bound(string name, float otherwise) => name.Length == 0 ? otherwise : Index.Constant(name) is { Type: ElementType.Float, Count: 1 } bound ? bound.Floats[0] : null;
    }
}
