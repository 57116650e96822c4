using Pare.Onnx;
using Pare.Onnx.Ops;

namespace Pare.Prune.Channels;

/// <summary>Operators that move places along axes: their labels move with them.</summary>
internal static class MoveRules
{
    public static IEnumerable<KeyValuePair<string, Action<ChannelMap, Node>>> All =>
    [
        new("Transpose", Transpose),
        new("Concat", Concat),
        new("Split", Split),
        new("Slice", Slice),
        new("Gather", Gather),
        new("Pad", Pad),
        new("Expand", Expand),
        new("Tile", Tile),
        new("DepthToSpace", DepthToSpace),
        new("SpaceToDepth", SpaceToDepth),
        new("Resize", Resize),
        new("Upsample", Resize),
        new("Shape", Shape),
        new("ConstantOfShape", (_, _) => { }),
        new("Range", (_, _) => { }),
    ];

    private static void Transpose(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        var order = node.Ints("perm") is { IsEmpty: false } given ? given.Select(a => (int)a) : Enumerable.Range(0, x.Rank).Reverse();
        map.Set(node.Outputs[0], [.. order.Select(a => x.Axes[a])]);
    }

    private static void Concat(ChannelMap map, Node node)
    {
        var parts = node.Inputs.Select(map.Find).ToList();
        if (parts.Exists(p => p is null || p.Rank != parts[0]!.Rank))
        {
            map.KeepInputs(node, $"the shapes at {node} are not known");
            return;
        }
        var axis = map.Context(node).Axis(node.Int("axis", 1), parts[0]!.Rank);
        // Along the other axes the parts lie side by side, as if they were added.
        var axes = ElementwiseRules.Join(map, node, [.. parts.Select(p => new LabelledValue(p!.Shape.SetItem(axis, 1), [.. p.Axes.Select((a, i) => i == axis ? null : a)]))]);
        if (parts.Exists(p => p!.Axes[axis] is not null)) axes[axis] = Joined(map, node, parts.ConvertAll(p => (p!.Axes[axis], p.Shape[axis].Value)));
        map.Set(node.Outputs[0], axes);
    }

    private static int[]? Joined(ChannelMap map, Node node, List<(int[]? Labels, long? Size)> parts)
    {
        if (parts.Exists(p => p.Size is null))
        {
            foreach (var (labels, _) in parts) map.Labels.Keep(labels ?? [], $"the shapes at {node} are not known");
            return null;
        }
        return [.. parts.SelectMany(p => p.Labels ?? Kept(map, p.Size!.Value, $"{node} takes an input that must stay"))];
    }

    private static int[] Kept(ChannelMap map, long count, string reason)
    {
        var labels = map.Labels.Fresh(count);
        map.Labels.Keep(labels, reason);
        return labels;
    }

    private static void Split(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        var axis = map.Context(node).Axis(node.Int("axis", 0), x.Rank);
        var sizes = node.Outputs.Select(o => map.Shape(o)?[axis].Value).ToList();
        if (x.Axes[axis] is not null && (sizes.Contains(null) || node.Outputs.Contains("")))
        {
            map.KeepInputs(node, $"the parts of {node} are not known");
            return;
        }
        var first = 0;
        for (var i = 0; i < sizes.Count; i++)
        {
            var axes = x.Axes.ToArray();
            if (axes[axis] is { } labels) axes[axis] = labels[first..(first += (int)sizes[i]!.Value)];
            map.Set(node.Outputs[i], axes);
        }
    }

    private static void Slice(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        if (Onnx.Ops.Slice.Ranges(map.Context(node), x.Rank) is not { } ranges)
        {
            map.KeepInputs(node, $"the range of {node} is not known");
            return;
        }
        var axes = x.Axes.ToArray();
        foreach (var (axis, start, end, step) in ranges)
        {
            if (axes[axis] is not { } labels) continue;
            var (first, count) = Onnx.Ops.Slice.Bounds(labels.Length, start, end, step);
            if (step != 1) map.Labels.Keep(labels, $"{node} takes every {step}th of them");
            axes[axis] = step != 1 ? null : labels[(int)first..(int)(first + count)];
        }
        map.Set(node.Outputs[0], axes);
    }

    private static void Gather(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { Rank: > 0 } data || map.Shape(node.Inputs[1]) is not { } shape)
        {
            map.KeepInputs(node, $"the shapes at {node} are not known");
            return;
        }
        var axis = map.Context(node).Axis(node.Int("axis", 0), data.Rank);
        int[]?[] middle;
        if (map.Index.Constant(node.Inputs[0]) is null && shape.Length <= 1 && map.Integers(node.Inputs[1]) is { } places)
        {
            var labels = data.Axes[axis];
            middle = shape.Length == 0 ? [] : [labels is null ? null : Array.ConvertAll(places, p => labels[p < 0 ? p + labels.Length : p])];
            if (shape.Length == 0 && labels is not null) map.Labels.Keep([labels[places[0] < 0 ? places[0] + labels.Length : places[0]]], $"{node} takes this one alone");
        }
        else
        {
            // Rows of a table, such as a codebook or an embedding: the places are what may shrink.
            map.Labels.Keep(data.Along([axis]), $"{node} looks them up by number");
            middle = map.Find(node.Inputs[1])?.Axes ?? new int[]?[shape.Length];
        }
        map.Set(node.Outputs[0], [.. data.Axes[..axis], .. middle, .. data.Axes[(axis + 1)..]]);
    }

    private static void Pad(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        if (NodeNumbers.Pads(map, node, x.Rank) is not { } pads)
        {
            map.KeepInputs(node, $"the pads of {node} are not known");
            return;
        }
        var axes = x.Axes.ToArray();
        for (var axis = 0; axis < axes.Length; axis++)
        {
            var (before, after) = pads[axis];
            if (axes[axis] is not { } labels || (before, after) == (0, 0)) continue;
            if (node.Text("mode", "constant") != "constant")
            {
                map.Labels.Keep(labels, $"{node} repeats some of them");
                axes[axis] = null;
                continue;
            }
            labels = labels[(int)Math.Max(0, -before)..^(int)Math.Max(0, -after)];
            axes[axis] = [.. map.Labels.Fresh(Math.Max(0, before)), .. labels, .. map.Labels.Fresh(Math.Max(0, after))];
        }
        map.Set(node.Outputs[0], axes);
    }

    private static void Expand(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x || map.Shape(node.Outputs[0]) is not { } shape || map.Integers(node.Inputs[1]) is null)
        {
            map.KeepInputs(node, $"the shape {node} makes is not known");
            return;
        }
        var axes = new int[]?[shape.Length];
        for (var axis = 0; axis < axes.Length; axis++)
        {
            var own = axis - (shape.Length - x.Rank);
            if (own >= 0 && x.Shape[own].Value != 1) axes[axis] = x.Axes[own];
            // Copies of one place are as many as are wanted.
            else if (shape[axis].Value is { } count and > 1) axes[axis] = map.Labels.Fresh(count);
        }
        map.Set(node.Outputs[0], axes);
    }

    private static void Tile(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        if (map.Integers(node.Input(1)) is not { } repeats || repeats.Length != x.Rank)
        {
            map.KeepInputs(node, $"the repeats of {node} are not known");
            return;
        }
        map.Set(node.Outputs[0], [.. x.Axes.Select((labels, axis) => labels is null ? null : Enumerable.Repeat(labels, (int)repeats[axis]).SelectMany(l => l).ToArray())]);
    }

    // [N, C · b², H, W] to [N, C, H · b, W · b]: an output channel needs b² input channels, one of each block (DCR) or next to each other (CRD).
    private static void DepthToSpace(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { Rank: 4 } x) return;
        map.Labels.Keep(x.Along([0, 2, 3]), $"{node} mixes them");
        if (x.Axes[1] is not { } labels) return;
        var block = (int)(node.Int("blocksize", 1) * node.Int("blocksize", 1));
        var channels = labels.Length / block;
        var byBlock = node.Text("mode", "DCR") == "DCR";
        for (var i = 0; i < labels.Length; i++) map.Labels.Unite(labels[i], labels[byBlock ? i % channels : i / block * block]);
        map.Set(node.Outputs[0], [null, [.. Enumerable.Range(0, channels).Select(c => labels[byBlock ? c : c * block])], null, null]);
    }

    private static void SpaceToDepth(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { Rank: 4 } x) return;
        map.Labels.Keep(x.Along([0, 2, 3]), $"{node} mixes them");
        if (x.Axes[1] is not { } labels) return;
        var block = (int)(node.Int("blocksize", 1) * node.Int("blocksize", 1));
        map.Set(node.Outputs[0], [null, [.. Enumerable.Repeat(labels, block).SelectMany(l => l)], null, null]);
    }

    private static void Resize(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        var shape = map.Shape(node.Outputs[0]);
        var known = shape is not null && (node.Input(3).Length == 0 || map.Integers(node.Inputs[3]) is not null) && node.Text("coordinate_transformation_mode", "") != "tf_crop_and_resize";
        for (var axis = 0; axis < x.Rank; axis++)
            if (!known || shape!.Value[axis] != x.Shape[axis]) map.Labels.Keep(x.Along([axis]), $"{node} mixes them");
        map.Set(node.Outputs[0], [.. x.Axes.Select((a, axis) => known && shape!.Value[axis] == x.Shape[axis] ? a : null)]);
    }

    // What is computed from a length that changes cannot be followed; lengths that nothing looks at do not matter.
    private static void Shape(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        var context = map.Context(node);
        var (start, end) = ((int)node.Int("start", 0), (int)node.Int("end", x.Rank));
        var told = Enumerable.Range(0, x.Rank).ToArray()[Place(start, x.Rank)..Math.Max(Place(start, x.Rank), Place(end, x.Rank))];
        var users = map.Index.Consumers(node.Outputs[0]);
        var used = map.Index.IsOutput(node.Outputs[0]) ? told : users.SelectMany(u => Used(map, u, node.Outputs[0], told)).Distinct();
        map.Labels.Keep(x.Along(used), $"{node} reads how many there are");
    }

    private static IEnumerable<int> Used(ChannelMap map, Node user, string shape, int[] told)
    {
        if (user.Is("Gather") && user.Inputs[0] == shape && map.Integers(user.Inputs[1]) is { } places) return places.Select(p => told[p < 0 ? p + told.Length : p]);
        if (user.Is("Slice") && user.Inputs[0] == shape && Onnx.Ops.Slice.Ranges(map.Context(user), 1) is [var (_, start, end, step)] && step > 0)
        {
            var (first, count) = Onnx.Ops.Slice.Bounds(told.Length, start, end, step);
            return Enumerable.Range(0, (int)count).Select(i => told[first + i * step]);
        }
        return told;
    }

    private static int Place(int axis, int rank) => Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
}
