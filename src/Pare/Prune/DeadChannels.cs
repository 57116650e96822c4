using Pare.Onnx;

namespace Pare.Prune;

/// <summary>How many output channels a layer had, and how many are left.</summary>
public sealed record ChannelChange(string Layer, int Before, int After);

/// <summary>A smaller model that computes the same, and the layers that lost channels, in the graph's order.</summary>
public sealed record ChannelRemoval(Model Model, IReadOnlyList<ChannelChange> Layers);

/// <summary>
/// Removes neurons and channels that have died: those that no input reaches, whose constant goes into the next layers' biases, and
/// those that no later layer looks at. The outputs stay the same but for rounding. A channel that reaches anything that
/// cannot be followed (a residual sum, a grouped convolution, an output) stays.
/// </summary>
public static class DeadChannels
{
    /// <summary>Removes dead channels until there are none. Every layer keeps one channel at least.</summary>
    public static ChannelRemoval Remove(Model model)
    {
        var graph = model.Graph;
        var changes = new Dictionary<string, ChannelChange>();
        var order = new List<string>();
        while (true)
        {
            var map = new ChannelMap(graph);
            if (order.Count == 0) order.AddRange(map.Groups.Select(g => g.Producer.Name));
            var kept = map.Groups.Where(g => !g.IsFrozen).Select(g => (Group: g, Kept: Living(g))).Where(k => k.Kept.Length < k.Group.Count).ToDictionary(k => k.Group, k => k.Kept);
            if (kept.Count == 0) return new ChannelRemoval(model with { Graph = graph }, [.. order.Where(changes.ContainsKey).Select(n => changes[n])]);
            foreach (var (group, channels) in kept)
            {
                var name = group.Producer.Name;
                changes[name] = new ChannelChange(name, changes.TryGetValue(name, out var earlier) ? earlier.Before : group.Count, channels.Length);
            }
            graph = ChannelCut.Apply(map, kept);
        }
    }

    private static int[] Living(ChannelGroup group)
    {
        var living = new bool[group.Count];
        // Without a use that is known there is nothing to judge by.
        if (group.Uses.Count == 0) Array.Fill(living, true);
        foreach (var use in group.Uses) living[use.Channel] |= !CanGo(use);
        if (Array.IndexOf(living, true) < 0) living[0] = true;
        return [.. Enumerable.Range(0, living.Length).Where(i => living[i])];
    }

    private static bool CanGo(ChannelUse use) =>
        !use.Consumer.UsesAny(use.FirstColumn, use.Columns) || (use.Constant is { } c && (c == 0 || use.Consumer.FoldsConstants));
}
