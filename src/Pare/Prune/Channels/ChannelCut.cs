using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Onnx.Kernels;
using Pare.Onnx.Rewrites;

namespace Pare.Prune.Channels;

/// <summary>
/// Takes labels out of a graph: from every constant the places that have them, from every node the numbers that count them.
/// What is left is an ordinary network.
/// </summary>
internal sealed class ChannelCut
{
    private readonly ChannelMap _map;
    private readonly Func<int, bool> _goes;
    private readonly FreshNames _names;
    private readonly List<Tensor> _added = [];

    private ChannelCut(ChannelMap map, Func<int, bool> goes)
    {
        (_map, _goes) = (map, goes);
        _names = new FreshNames(map.Index.Graph);
    }

    /// <param name="model">The model that <paramref name="map"/> was made of.</param>
    /// <param name="map">Its labels.</param>
    /// <param name="goes">True for the roots that go; none that must stay, and never all along one axis.</param>
    public static Model Apply(Model model, ChannelMap map, Func<int, bool> goes) => new ChannelCut(map, goes).Apply(model);

    private Model Apply(Model model)
    {
        var graph = model.Graph;
        var constants = new Dictionary<string, Tensor>();
        var changed = new HashSet<string>();
        foreach (var (name, value) in _map.Values)
        {
            if (!value.All.Any(Goes)) continue;
            changed.Add(name);
            if (_map.Index.Constant(name) is { } tensor) constants[name] = Cut(tensor, value);
        }
        var nodes = graph.Nodes.Select(Rewrite).ToImmutableArray();
        graph = (graph with { Nodes = nodes }).ReplaceConstants(constants);
        graph = graph with
        {
            Initializers = graph.Initializers.AddRange(_added),
            Inputs = [.. graph.Inputs.Select(i => constants.TryGetValue(i.Name, out var t) ? Info(t) : i)],
            Values = graph.Values.RemoveAll(v => changed.Contains(v.Name)),
        };
        return DropUnused.Apply(model with { Graph = graph });
    }

    private static ValueInfo Info(Tensor tensor) => ValueInfo.Of(tensor.Name, tensor.Type, [.. tensor.Shape.Select(d => (Dimension)d)]);

    private bool Goes(int label) => _goes(_map.Labels.Root(label));

    private Tensor Cut(Tensor tensor, LabelledValue value)
    {
        var grouped = _map.GroupedColumns(tensor.Name);
        if (grouped is not null && grouped.Any(Goes)) tensor = CutByGroup(tensor, grouped);
        for (var axis = 0; axis < value.Rank; axis++)
            if ((grouped is null || axis != 1) && Kept(value.Axes[axis]) is { } kept) tensor = tensor.Take(axis, kept);
        return tensor;
    }

    // Weights [out, in / groups, ...]: the rows of each group lose the columns of its own channels, as many in every group.
    private Tensor CutByGroup(Tensor tensor, int[] inputs)
    {
        var groups = inputs.Length / (int)tensor.Shape[1];
        var (rows, columns) = ((int)tensor.Shape[0] / groups, (int)tensor.Shape[1]);
        var parts = new Tensor[groups];
        for (var group = 0; group < groups; group++)
        {
            var labels = inputs[(group * columns)..((group + 1) * columns)];
            parts[group] = tensor.Take(0, [.. Enumerable.Range(group * rows, rows)]).Take(1, Kept(labels) ?? [.. Enumerable.Range(0, columns)]);
        }
        return Movement.Concat(parts, axis: 0)! with { Name = tensor.Name };
    }

    /// <summary>The places that stay; null where all do.</summary>
    private int[]? Kept(int[]? labels)
    {
        if (labels is null || !labels.Any(Goes)) return null;
        return [.. Enumerable.Range(0, labels.Length).Where(i => !Goes(labels[i]))];
    }

    private int Count(IEnumerable<int> labels) => labels.Count(l => !Goes(l));

    /// <summary>The length of an axis afterwards; null where it is open.</summary>
    private long? Left(string value, int axis) => Axis(value, axis) is { } labels ? Count(labels) : _map.Shape(value)?[axis].Value;

    private int[]? Axis(string value, int axis) => _map.Known(value)?.Axes[axis];

    private bool Changes(string value, int axis) => Axis(value, axis)?.Any(Goes) == true;

    private bool Changes(string value) => _map.Known(value)?.All.Any(Goes) == true;

    private Node Rewrite(Node node)
    {
        if (!node.IsStandard || node.Inputs.IsEmpty || !node.Inputs.Concat(node.Outputs).Any(v => v.Length > 0 && Changes(v))) return node;
        return node.OpType switch
        {
            "Conv" or "ConvTranspose" => Groups(node),
            "Reshape" => Reshape(node),
            "Expand" => Expand(node),
            "Split" => Split(node),
            "Slice" => Slice(node),
            "Gather" => Gather(node),
            "Pad" => Pad(node),
            "Resize" => Resize(node),
            _ => node,
        };
    }

    // Only where each group is one input channel does their number change.
    private Node Groups(Node node)
    {
        var groups = node.Int("group", 1);
        return groups > 1 && Axis(node.Inputs[0], 1) is { } labels && labels.Length == groups && labels.Any(Goes)
            ? node.With(NodeAttribute.Of("group", (long)Count(labels))) : node;
    }

    private Node Reshape(Node node)
    {
        var numbers = _map.Context(node).Numbers(1, "shape")!;
        for (var axis = 0; axis < numbers.Length; axis++)
        {
            if (numbers[axis] == -1) continue;
            var size = Left(node.Outputs[0], axis);
            // A 0 copies the input's length, which changes with the input.
            var copies = numbers[axis] == 0 && node.Int("allowzero", 0) == 0;
            if (size is { } n && !(copies && Left(node.Inputs[0], axis) == n)) numbers[axis] = n;
        }
        return With(node, 1, "shape", numbers);
    }

    private Node Expand(Node node)
    {
        var numbers = _map.Integers(node.Inputs[1])!;
        var lead = _map.Shape(node.Outputs[0])!.Value.Length - numbers.Length;
        for (var i = 0; i < numbers.Length; i++)
            if (numbers[i] != 1 && Axis(node.Outputs[0], lead + i) is { } labels) numbers[i] = Count(labels);
        return With(node, 1, "shape", numbers);
    }

    private Node Split(Node node)
    {
        var axis = _map.Context(node).Axis(node.Int("axis", 0), _map.Known(node.Inputs[0])!.Rank);
        if (!Changes(node.Inputs[0], axis)) return node;
        var sizes = node.Outputs.Select(o => Left(o, axis)!.Value).ToArray();
        if (_map.Opset < 13) return node.With(NodeAttribute.Of("split", sizes));
        return With(node.Without("num_outputs"), 1, "split", sizes);
    }

    private Node Slice(Node node)
    {
        var context = _map.Context(node);
        var ranges = Onnx.Ops.Slice.Ranges(context, _map.Known(node.Inputs[0])!.Rank)!;
        var (starts, ends) = (context.Numbers(1, "starts")!, context.Numbers(2, "ends")!);
        for (var i = 0; i < ranges.Count; i++)
        {
            var (axis, start, end, step) = ranges[i];
            if (Axis(node.Inputs[0], axis) is not { } labels || !labels.Any(Goes)) continue;
            var (first, count) = Onnx.Ops.Slice.Bounds(labels.Length, start, end, step);
            starts[i] = Count(labels.Take((int)first));
            ends[i] = starts[i] + Count(labels.Skip((int)first).Take((int)count));
        }
        return With(With(node, 1, "starts", starts), 2, "ends", ends);
    }

    private Node Gather(Node node)
    {
        if (_map.Known(node.Inputs[0]) is not { } data || _map.Index.Constant(node.Inputs[0]) is not null) return node;
        var axis = _map.Context(node).Axis(node.Int("axis", 0), data.Rank);
        if (data.Axes[axis] is not { } labels || !labels.Any(Goes)) return node;
        var places = _map.Integers(node.Inputs[1])!.Select(p => (int)(p < 0 ? p + labels.Length : p)).Where(p => !Goes(labels[p])).Select(p => (long)Count(labels.Take(p))).ToArray();
        return WithInput(node, 1, "indices", places, _map.Shape(node.Inputs[1])!.Value.Length);
    }

    private Node Pad(Node node)
    {
        var rank = _map.Shape(node.Inputs[0])!.Value.Length;
        var pads = NodeNumbers.Pads(_map, node, rank)!;
        for (var axis = 0; axis < rank; axis++)
        {
            if (Axis(node.Outputs[0], axis) is not { } labels || Axis(node.Inputs[0], axis) is not { } own) continue;
            var (before, after) = pads[axis];
            pads[axis] = (
                before > 0 ? Count(labels.Take((int)before)) : -Count(own.Take((int)-before)),
                after > 0 ? Count(labels.TakeLast((int)after)) : -Count(own.TakeLast((int)-after)));
        }
        var axes = node.Input(3).Length > 0 ? _map.Integers(node.Inputs[3])!.Select(a => (int)(a < 0 ? a + rank : a)).ToArray() : [.. Enumerable.Range(0, rank)];
        return With(node, 1, node.Has("paddings") ? "paddings" : "pads", [.. axes.Select(a => pads[a].Before), .. axes.Select(a => pads[a].After)]);
    }

    private Node Resize(Node node)
    {
        if (node.Input(3).Length == 0) return node;
        var sizes = _map.Integers(node.Inputs[3])!;
        var rank = _map.Known(node.Inputs[0])!.Rank;
        var axes = node.Ints("axes") is { IsEmpty: false } some ? some.Select(a => (int)(a < 0 ? a + rank : a)).ToArray() : [.. Enumerable.Range(0, rank)];
        for (var i = 0; i < axes.Length; i++)
            if (Axis(node.Outputs[0], axes[i]) is { } labels) sizes[i] = Count(labels);
        return With(node, 3, "sizes", sizes);
    }

    // Numbers stand in an attribute up to some version, in an input later. The input may be another node's too, so it gets a name of its own.
    private Node With(Node node, int input, string attribute, long[] numbers) =>
        node.Has(attribute) ? node.With(NodeAttribute.Of(attribute, numbers)) : WithInput(node, input, attribute, numbers, rank: 1);

    private Node WithInput(Node node, int input, string stem, long[] numbers, int rank)
    {
        if (_map.Integers(node.Input(input)) is { } old && old.SequenceEqual(numbers)) return node;
        var name = _names.Of($"{node.Outputs[0]}.{stem}");
        var tensor = Tensor.Of(name, rank == 0 ? [] : [numbers.Length], numbers);
        if (_map.Index.Constant(node.Input(input)) is { Type: ElementType.Int32 }) tensor = Tensor.Create(name, ElementType.Int32, tensor.Shape.AsSpan(), Array.ConvertAll(numbers, n => (int)n));
        _added.Add(tensor);
        var inputs = node.Inputs;
        while (inputs.Length <= input) inputs = inputs.Add("");
        return node with { Inputs = inputs.SetItem(input, name) };
    }
}
