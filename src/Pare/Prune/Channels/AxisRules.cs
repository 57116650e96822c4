using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Operators that mix places along some axes and leave the others apart: normalisations, pools, reductions.</summary>
internal static class AxisRules
{
    public static IEnumerable<KeyValuePair<string, Action<ChannelMap, Node>>> All =>
    [
        new("BatchNormalization", (map, node) => Normalize(map, node, node.Int("training_mode", 0) == 0 && node.Int("spatial", 1) == 1)),
        // Each channel of each example is normalised by itself.
        new("InstanceNormalization", (map, node) => Normalize(map, node, true)),
        .. ((string[])["MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"]).Select(name => Rule(name, Pool)),
        .. ((string[])["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"]).Select(name => Rule(name, Reduce)),
        .. ((string[])["Softmax", "LogSoftmax", "Hardmax"]).Select(name => Rule(name, Softmax)),
        .. ((string[])["LRN", "LayerNormalization", "GroupNormalization", "RMSNormalization", "LpNormalization", "MeanVarianceNormalization"])
            .Select(name => Rule(name, (map, node) => map.KeepInputs(node, $"{node} normalises across them"))),
    ];

    private static KeyValuePair<string, Action<ChannelMap, Node>> Rule(string name, Action<ChannelMap, Node> rule) => new(name, rule);

    private static void Normalize(ChannelMap map, Node node, bool byChannel)
    {
        var others = node.Outputs.Skip(1).Any(o => o.Length > 0 && (map.Index.Consumers(o).Count > 0 || map.Index.IsOutput(o)));
        if (!byChannel || others || map.Find(node.Inputs[0]) is not { Rank: > 1 } x)
        {
            map.KeepInputs(node, $"{node} normalises across them");
            return;
        }
        var axes = new int[]?[x.Rank];
        axes[1] = x.Axes[1];
        foreach (var input in node.Inputs.Skip(1))
            if (map.Find(input) is { Rank: 1 } parameter) axes[1] = ElementwiseRules.Join(map, node, [new LabelledValue([x.Shape[1]], [axes[1]]), parameter])[0];
        MixSpatial(map, node, x);
        map.Set(node.Outputs[0], axes);
    }

    private static void Pool(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { Rank: > 1 } x) return;
        MixSpatial(map, node, x);
        var axes = new int[]?[x.Rank];
        axes[1] = x.Axes[1];
        map.Set(node.Outputs[0], axes);
        // Positions of maxima count through all channels.
        if (node.Outputs.Length > 1 && node.Outputs[1].Length > 0) map.Keep(x, $"{node} numbers their places");
    }

    private static void MixSpatial(ChannelMap map, Node node, LabelledValue x) =>
        map.Labels.Keep(x.Along(Enumerable.Range(0, x.Rank).Where(a => a != 1)), $"{node} mixes them");

    private static void Reduce(ChannelMap map, Node node)
    {
        var context = map.Context(node);
        var given = context.Numbers(1, "axes");
        if (map.Find(node.Inputs[0]) is not { } x || (given is null && context.Has(1)))
        {
            map.KeepInputs(node, $"the axes of {node} are not known");
            return;
        }
        var all = given is null or [];
        if (all && node.Int("noop_with_empty_axes", 0) != 0)
        {
            map.Set(node.Outputs[0], x.Axes);
            return;
        }
        var mixed = all ? Enumerable.Range(0, x.Rank).ToHashSet() : given!.Select(a => context.Axis(a, x.Rank)).ToHashSet();
        map.Labels.Keep(x.Along(mixed), $"{node} mixes them");
        var keepDims = node.Int("keepdims", 1) != 0;
        map.Set(node.Outputs[0], [.. Enumerable.Range(0, x.Rank).Where(a => keepDims || !mixed.Contains(a)).Select(a => mixed.Contains(a) ? null : x.Axes[a])]);
    }

    private static void Softmax(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        // Before opset 13 the axes from the given one on were taken as one.
        var flat = map.Opset < 13;
        var axis = map.Context(node).Axis(node.Int("axis", flat ? 1 : -1), x.Rank);
        var mixed = Enumerable.Range(axis, flat ? x.Rank - axis : 1).ToHashSet();
        map.Labels.Keep(x.Along(mixed), $"{node} mixes them");
        map.Set(node.Outputs[0], [.. x.Axes.Select((a, i) => mixed.Contains(i) ? null : a)]);
    }
}
