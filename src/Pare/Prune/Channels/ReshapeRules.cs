using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>
/// Reshapes: the axes before and after fall into blocks of equal length. Joining axes repeats labels; splitting one leaves each
/// label on one of the parts, and unites what lies along the others. That is how a channel shuffle gets its coupling.
/// </summary>
internal static class ReshapeRules
{
    public static IEnumerable<KeyValuePair<string, Action<ChannelMap, Node>>> All =>
        [.. ((string[])["Reshape", "Flatten", "Squeeze", "Unsqueeze"]).Select(name => new KeyValuePair<string, Action<ChannelMap, Node>>(name, Reshape))];

    private static void Reshape(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        if (map.Shape(node.Outputs[0]) is not { } shape || (node.Is("Reshape") && map.Context(node).Numbers(1, "shape") is null))
        {
            map.Keep(x, $"the shape {node} makes is not known");
            return;
        }
        var axes = new int[]?[shape.Length];
        foreach (var (from, to) in Blocks(x.Shape, shape)) Block(map, node, x, from, shape, to, axes);
        map.Set(node.Outputs[0], axes);
    }

    /// <summary>Ranges of axes before and after that hold the same elements. Where lengths are not known, the rest is one block.</summary>
    private static IEnumerable<(Range From, Range To)> Blocks(ImmutableArray<Dimension> from, ImmutableArray<Dimension> to)
    {
        var (i, j) = (0, 0);
        while (i < from.Length && j < to.Length)
        {
            var (first, second) = (i, j);
            if (from[i] == to[j] && from[i] != Dimension.Unknown)
            {
                yield return (i..++i, j..++j);
                continue;
            }
            var (left, right) = (from[i++].Value, to[j++].Value);
            while (left is not null && right is not null && left != right && (left < right ? i < from.Length : j < to.Length))
            {
                if (left < right) left *= from[i++].Value;
                else right *= to[j++].Value;
            }
            if (left is null || right is null || left != right) (i, j) = (from.Length, to.Length);
            yield return (first..i, second..j);
        }
        if (i < from.Length || j < to.Length) yield return (i.., j..);
    }

    private static void Block(ChannelMap map, Node node, LabelledValue x, Range from, ImmutableArray<Dimension> shape, Range to, int[]?[] axes)
    {
        var (first, count) = from.GetOffsetAndLength(x.Rank);
        var labelled = Enumerable.Range(first, count).Where(a => x.Axes[a] is not null).ToList();
        if (labelled.Count == 0) return;
        var (target, targets) = to.GetOffsetAndLength(shape.Length);
        var sizes = Enumerable.Range(first, count).Select(a => x.Shape[a].Value).ToList();
        var parts = Enumerable.Range(target, targets).Where(a => shape[a].Value != 1).ToList();
        if (labelled.Count > 1 || sizes.Contains(null) || parts.Exists(a => shape[a].Value is null))
        {
            map.Labels.Keep(x.Along(labelled), $"{node} joins them with another axis that cannot be followed");
            return;
        }
        var (labels, inner) = (x.Axes[labelled[0]]!, sizes.Skip(labelled[0] - first + 1).Aggregate(1L, (p, d) => p * d!.Value));
        var elements = new int[sizes.Aggregate(1L, (p, d) => p * d!.Value)];
        for (var e = 0; e < elements.Length; e++) elements[e] = map.Labels.Root(labels[e / inner % labels.Length]);
        if (parts.Count == 0) return;
        var best = parts.Select(axis => Split(elements, parts, shape, axis)).MaxBy(s => s.Classes);
        foreach (var (a, b) in best.Unions) map.Labels.Unite(a, b);
        axes[best.Axis] = best.Labels;
    }

    // The labels along one of the parts, what must be united for it, and how many classes remain then.
    private static (int Axis, int[] Labels, List<(int, int)> Unions, int Classes) Split(int[] elements, List<int> parts, ImmutableArray<Dimension> shape, int axis)
    {
        var inner = parts.Where(a => a > axis).Aggregate(1L, (p, a) => p * shape[a].Value!.Value);
        var along = new int[shape[axis].Value!.Value];
        Array.Fill(along, -1);
        var unions = new List<(int, int)>();
        var parents = new Dictionary<int, int>();
        foreach (var e in elements) parents[e] = e;
        var classes = parents.Count;
        for (var e = 0; e < elements.Length; e++)
        {
            var place = e / inner % along.Length;
            if (along[place] < 0) along[place] = elements[e];
            var (a, b) = (Root(along[place]), Root(elements[e]));
            if (a == b) continue;
            unions.Add((a, b));
            parents[b] = a;
            classes--;
        }
        return (axis, along, unions, classes);

        int Root(int label)
        {
            while (parents[label] != label) label = parents[label] = parents[parents[label]];
            return label;
        }
    }
}
