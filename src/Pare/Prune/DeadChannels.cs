using Pare.Onnx;
using Pare.Prune.Channels;

namespace Pare.Prune;

/// <summary>How many output channels a layer had, and how many are left.</summary>
public sealed record ChannelChange(string Layer, int Before, int After);

/// <summary>A smaller model that computes the same, and the layers that lost channels, in the graph's order.</summary>
public sealed record ChannelRemoval(Model Model, IReadOnlyList<ChannelChange> Layers);

/// <summary>
/// Removes neurons and channels that have died: those that no input reaches, whose constant goes into the next layers' biases, and
/// those that no later layer looks at. The outputs stay the same but for rounding. Grouped convolutions keep as many dead ones as
/// leave their width a multiple of what runtimes compute at once.
/// </summary>
public static class DeadChannels
{
    /// <summary>Removes dead channels until there are none. Every layer keeps one channel at least.</summary>
    public static ChannelRemoval Remove(Model model)
    {
        var graph = ChannelGraph.Of(model);
        var before = graph.Layers;
        while (true)
        {
            var constants = new ConstantChannels(graph);
            var dead = Dead(graph, constants);
            if (dead.Count == 0) break;
            model = BiasFold.Add(graph.Without(dead), BiasFold.Of(graph, constants, dead));
            graph = ChannelGraph.Of(model);
        }
        var after = graph.Layers.ToDictionary(l => l.Layer.Node.Outputs[0], l => l.Channels);
        var changes = before.Select(l => new ChannelChange(l.Name, l.Channels, after.GetValueOrDefault(l.Layer.Node.Outputs[0], l.Channels)));
        return new ChannelRemoval(model, [.. changes.Where(c => c.After < c.Before)]);
    }

    private static HashSet<int> Dead(ChannelGraph graph, ConstantChannels constants)
    {
        var uses = new Dictionary<int, bool>();
        foreach (var layer in graph.Layers)
        {
            if (layer.Inputs is not { } columns) continue;
            var used = LayerUse.OfInputs(graph, layer);
            for (var i = 0; i < columns.Length; i++)
            {
                var group = graph.Map.Labels.Root(columns[i]);
                var constant = layer.Groups == 1 && layer.Layer.WeightInput == 1 ? constants.Of(layer.Layer.Node.Inputs[0], i) : null;
                var canGo = !used[i] || (constant is { } c && (c == 0 || BiasFold.Folds(graph.Map.Index, layer.Layer.Node)));
                uses[group] = uses.GetValueOrDefault(group, true) && canGo;
            }
        }
        var widths = graph.Widths.Copy();
        var dead = new HashSet<int>();
        // The first of a layer that is dead all over stays.
        foreach (var group in uses.Where(u => u.Value && graph.CanGo(u.Key)).Select(u => u.Key).OrderDescending())
        {
            if (!widths.CanGo(group)) continue;
            widths.Remove(group);
            dead.Add(group);
        }
        foreach (var layer in graph.Layers.Where(l => l.Groups > 1)) KeepBlocks(graph, layer, widths, dead);
        return dead;
    }

    // Runtimes compute grouped convolutions in blocks of 16 or 8 channels; a width between them costs several times what the dead channels do.
    private static void KeepBlocks(ChannelGraph graph, ChannelLayer layer, Widths widths, HashSet<int> dead)
    {
        var block = layer.Channels % 16 == 0 ? 16 : layer.Channels % 8 == 0 ? 8 : 1;
        var width = widths.Of(layer.Layer.Weight, layer.RowAxis);
        if (width < 0) return;
        foreach (var group in (layer.Rows ?? []).Select(graph.Map.Labels.Root).Where(dead.Contains).ToList())
        {
            if (widths.Left(width) * layer.ChannelsARow % block == 0) return;
            if (!dead.Remove(group)) continue;
            widths.Restore(group);
        }
    }
}
