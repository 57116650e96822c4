using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Onnx.Ops;

namespace Pare.Prune.Channels;

/// <summary>
/// Which places of which axes of which values must go together, found in one pass over a graph. Every axis of a constant gets
/// labels of its own; each operator says how the labels of its outputs follow from those of its inputs and unites those that
/// meet (the dependency graph of Fang et al. 2023, with labels in place of edges). What an operator cannot follow must stay.
/// </summary>
internal sealed class ChannelMap
{
    private readonly Dictionary<string, LabelledValue> _values = [];
    private readonly List<string> _order = [];
    private readonly Dictionary<string, int[]> _grouped = [];
    private readonly List<(int[] Channels, int Groups)> _even = [];
    private readonly IReadOnlyDictionary<string, TensorType> _types;
    private readonly IReadOnlyDictionary<string, Tensor> _integers;
    private readonly HashSet<string> _layers;

    public ChannelMap(Model model)
    {
        Index = new GraphIndex(model.Graph);
        Opset = model.OpsetVersion;
        _types = ShapeInference.Infer(ShapeInference.NameOpenLengths(model));
        _integers = ShapeInference.IntegerConstants(model);
        _layers = [.. Layer.Of(Index).Select(l => l.Node.Outputs[0])];
        foreach (var node in model.Graph.Nodes)
        {
            if (node.ConstantValue() is not null) continue;
            if (node.Subgraphs.Any() || Rules.Find(node) is not { } rule) KeepInputs(node, $"{node} is not known to keep channels apart");
            else rule(this, node);
        }
        foreach (var output in model.Graph.Outputs) Keep(Find(output.Name), $"they are the output '{output.Name}'");
        // When everything else is known: what is balanced for one convolution stays so whatever it is united with for the next.
        foreach (var (channels, groups) in _even) GroupBalance.Apply(Labels, channels, groups);
    }

    public GraphIndex Index { get; }

    public long Opset { get; }

    public Labels Labels { get; } = new();

    /// <summary>True where a node multiplies by constant weights.</summary>
    public bool IsLayer(Node node) => _layers.Contains(node.Outputs[0]);

    /// <summary>The values that have labels, in the order they were met.</summary>
    public IEnumerable<KeyValuePair<string, LabelledValue>> Values => _order.Select(n => KeyValuePair.Create(n, _values[n]));

    /// <summary>A value with its labels, as far as it has any; null where not even its rank is known. A constant gets fresh ones when it is first asked for.</summary>
    public LabelledValue? Find(string name)
    {
        if (name.Length == 0) return null;
        if (_values.TryGetValue(name, out var known)) return known;
        if (Index.Constant(name) is { } constant)
            return Add(name, new LabelledValue(Dims.Of(constant.Shape.AsSpan()), [.. constant.Shape.Select(d => d > 1 && constant.Type.Bits() >= 8 ? Labels.Fresh(d) : null)]));
        return _types.GetValueOrDefault(name).Shape is { } shape ? new LabelledValue(shape, new int[]?[shape.Length]) : null;
    }

    /// <summary>What is known of a labelled value; null where it has no labels.</summary>
    public LabelledValue? Known(string name) => _values.GetValueOrDefault(name);

    /// <summary>The shape of a value; null where its rank is unknown.</summary>
    public ImmutableArray<Dimension>? Shape(string name) => _types.GetValueOrDefault(name).Shape;

    /// <summary>Gives a value its labels. Axes whose lengths are not as inferred lose them: nothing there can be relied on. An axis of one place keeps it.</summary>
    public void Set(string name, int[]?[] axes)
    {
        if (name.Length == 0) return;
        axes = Array.ConvertAll(axes, Several);
        if (Array.TrueForAll(axes, a => a is null)) return;
        var shape = Shape(name);
        var fits = shape is { } s && s.Length == axes.Length && axes.Index().All(a => a.Item is null || s[a.Index].Value == a.Item.Length);
        if (fits) Add(name, new LabelledValue(shape!.Value, axes));
        else Labels.Keep(axes.Where(a => a is not null).SelectMany(a => a!), $"the shape of '{name}' is not known");
    }

    /// <summary>Says that channels are groups one after the other, which must stay equally large.</summary>
    public void BalanceGroups(int[] channels, int groups) => _even.Add((channels, groups));

    /// <summary>Says that the weights of a grouped convolution have columns that differ by group: those of input channels with the given labels.</summary>
    public void GroupColumns(string weight, int[] inputs) => _grouped[weight] = inputs;

    /// <summary>The labels of the input channels whose columns differ by group; null where they do not.</summary>
    public int[]? GroupedColumns(string weight) => _grouped.GetValueOrDefault(weight);

    public void Keep(LabelledValue? value, string reason)
    {
        if (value is not null) Labels.Keep(value.All, reason);
    }

    /// <summary>Says that a node is not followed: whatever reaches it stays.</summary>
    public void KeepInputs(Node node, string reason)
    {
        foreach (var input in node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames()))) Keep(Find(input), reason);
    }

    /// <summary>The integers at an input, where they are the same for every input of the model; null elsewhere.</summary>
    public long[]? Integers(string value) => _integers.GetValueOrDefault(value) is { Type: not ElementType.Bool } tensor ? tensor.ToInt64s() : null;

    /// <summary>The node as shape inference sees it: shapes, and integers where they are constant.</summary>
    public OpContext Context(Node node) => new(node, Opset, [.. node.Inputs.Select(i => _integers.GetValueOrDefault(i) is { } tensor
        ? Onnx.Ops.Known.Of(tensor)
        : _types.TryGetValue(i, out var type) ? new Known(type.Type, type.Shape) : Onnx.Ops.Known.Nothing)]);

    private int[]? Several(int[]? labels)
    {
        if (labels is not [var only]) return labels;
        Labels.Keep([only], "it is the only one along an axis");
        return null;
    }

    private LabelledValue Add(string name, LabelledValue value)
    {
        if (!_values.ContainsKey(name)) _order.Add(name);
        return _values[name] = value;
    }
}
