using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Layers: the weights' input axis meets the input's channels, their output axis makes new ones.</summary>
internal static class LayerRules
{
    public static IEnumerable<KeyValuePair<string, Action<ChannelMap, Node>>> All =>
    [
        Layer("Conv", Conv),
        Layer("ConvTranspose", ConvTranspose),
        Layer("Gemm", Gemm),
        Layer("MatMul", MatMul),
    ];

    // A product of two computed values has no weights to take columns from.
    private static KeyValuePair<string, Action<ChannelMap, Node>> Layer(string name, Action<ChannelMap, Node> rule) => new(name, (map, node) =>
    {
        if (map.IsLayer(node)) rule(map, node);
        else map.KeepInputs(node, $"{node} multiplies them with computed values");
    });

    private static void Conv(ChannelMap map, Node node)
    {
        if (Operands(map, node) is not var (x, w)) return;
        var groups = (int)node.Int("group", 1);
        var rows = w.Axes[0];
        if (groups == 1) Meet(map, node, x, 1, w, 1);
        else if (IsDepthwise(x, groups))
        {
            // Group i is input channel i and the outputs made of it.
            if (Repeat(x.Axes[1], w.Shape[0].Value, groups) is { } inputs && rows is not null) map.Labels.Unite(inputs, rows);
            else KeepAll(map, node, x.Axes[1], rows);
            map.Labels.Keep(w.Along([1]), $"{node} has weights of its own for each channel");
        }
        else
        {
            // Each group's rows can have columns of their own, where the weights are cut as such.
            var own = map.Index.Constant(node.Inputs[1]) is not null && map.Index.Consumers(node.Inputs[1]).Count == 1;
            if (own && x.Axes[1] is { } inputs) map.GroupColumns(node.Inputs[1], inputs);
            EvenGroups(map, x.Axes[1], groups, byPlace: !own);
            Meet(map, node, x with { Axes = [.. x.Axes.Select(a => a?[..(a.Length / groups)])] }, 1, w, 1);
            EvenGroups(map, rows, groups, byPlace: false);
        }
        Finish(map, node, x, w, rows);
    }

    // Weights [in, out / groups, kernel...].
    private static void ConvTranspose(ChannelMap map, Node node)
    {
        if (Operands(map, node) is not var (x, w)) return;
        var groups = (int)node.Int("group", 1);
        var columns = w.Axes[1];
        Meet(map, node, x, 1, w, 0);
        if (groups > 1 && IsDepthwise(x, groups))
        {
            map.Labels.Keep(w.Along([1]), $"{node} has weights of its own for each channel");
            columns = w.Shape[1].Value is { } each ? Repeat(x.Axes[1], groups * each, groups) : null;
        }
        else if (groups > 1)
        {
            EvenGroups(map, x.Axes[1], groups, byPlace: false);
            columns = columns is null ? null : [.. Enumerable.Repeat(columns, groups).SelectMany(c => c)];
        }
        Finish(map, node, x, w, columns);
    }

    private static void Gemm(ChannelMap map, Node node)
    {
        if (map.Find(node.Input(0)) is not { Rank: 2 } a || map.Find(node.Input(1)) is not { Rank: 2 } b)
        {
            map.KeepInputs(node, $"the shapes at {node} are not known");
            return;
        }
        var (m, k) = node.Int("transA", 0) == 0 ? (0, 1) : (1, 0);
        var (k2, n) = node.Int("transB", 0) == 0 ? (0, 1) : (1, 0);
        Meet(map, node, a, k, b, k2);
        int[]?[] axes = [a.Axes[m], b.Axes[n]];
        if (node.Input(2).Length > 0)
        {
            if (map.Find(node.Inputs[2]) is not { } bias) KeepAxes(map, axes, $"the bias of {node} has an unknown shape");
            else axes = ElementwiseRules.Join(map, node, [new LabelledValue([a.Shape[m], b.Shape[n]], axes), bias]);
        }
        map.Set(node.Outputs[0], axes);
    }

    private static void MatMul(ChannelMap map, Node node)
    {
        if (map.Find(node.Input(0)) is not { Rank: > 1 } a || map.Find(node.Input(1)) is not { Rank: > 1 } b)
        {
            map.KeepInputs(node, $"{node} multiplies vectors or values of unknown shape");
            return;
        }
        Meet(map, node, a, a.Rank - 1, b, b.Rank - 2);
        var batch = a.Rank == 2 && b.Rank == 2 ? [] : ElementwiseRules.Join(map, node, [Batch(a), Batch(b)]);
        map.Set(node.Outputs[0], [.. batch, a.Axes[^2], b.Axes[^1]]);
    }

    private static LabelledValue Batch(LabelledValue v) => new(v.Shape[..^2], v.Axes[..^2]);

    private static (LabelledValue X, LabelledValue W)? Operands(ChannelMap map, Node node)
    {
        if (map.Find(node.Input(0)) is { Rank: > 2 } x && x.Shape[1].Value is not null && map.Find(node.Input(1)) is { } w && w.Rank == x.Rank)
        {
            map.Labels.Keep(x.Along(Enumerable.Range(0, x.Rank).Where(a => a != 1)).Concat(w.Along(Enumerable.Range(2, w.Rank - 2))), $"{node} mixes them");
            return (x, w);
        }
        map.KeepInputs(node, $"the shapes at {node} are not known");
        return null;
    }

    private static bool IsDepthwise(LabelledValue x, int groups) => x.Shape[1].Value == groups;

    // Two axes that a sum runs over.
    private static void Meet(ChannelMap map, Node node, LabelledValue a, int axisOfA, LabelledValue b, int axisOfB)
    {
        if (a.Axes[axisOfA] is { } left && b.Axes[axisOfB] is { } right) map.Labels.Unite(left, right);
        else KeepAll(map, node, a.Axes[axisOfA], b.Axes[axisOfB]);
    }

    private static void KeepAll(ChannelMap map, Node node, params int[]?[] axes) => KeepAxes(map, axes, $"{node} takes an input that must stay");

    private static void KeepAxes(ChannelMap map, int[]?[] axes, string reason) => map.Labels.Keep(axes.Where(a => a is not null).SelectMany(a => a!), reason);

    /// <summary>Each label as often as it takes to make <paramref name="count"/> of them.</summary>
    private static int[]? Repeat(int[]? labels, long? count, int groups) =>
        labels is null || count is not { } n || n % groups != 0 ? null : [.. labels.SelectMany(l => Enumerable.Repeat(l, (int)(n / groups)))];

    // Groups stay equally large; by place, if place j of all of them is one column of the weights.
    private static void EvenGroups(ChannelMap map, int[]? channels, int groups, bool byPlace)
    {
        if (channels is null) return;
        if (!byPlace) map.BalanceGroups(channels, groups);
        else for (var i = channels.Length / groups; i < channels.Length; i++) map.Labels.Unite(channels[i % (channels.Length / groups)], channels[i]);
    }

    private static void Finish(ChannelMap map, Node node, LabelledValue x, LabelledValue w, int[]? channels)
    {
        var axes = new int[]?[x.Rank];
        axes[1] = channels;
        if (node.Input(2).Length > 0)
        {
            if (map.Find(node.Inputs[2]) is { Rank: 1 } bias)
                axes[1] = ElementwiseRules.Join(map, node, [new LabelledValue([map.Shape(node.Outputs[0])?[1] ?? Dimension.Unknown], [channels]), bias])[0];
            else KeepAxes(map, axes, $"the bias of {node} has an unknown shape");
        }
        map.Set(node.Outputs[0], axes);
    }
}
