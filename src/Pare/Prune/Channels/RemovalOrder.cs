namespace Pare.Prune.Channels;

/// <summary>In which order groups go, as far as any can: no width becomes empty.</summary>
internal static class RemovalOrder
{
    /// <summary>
    /// The group that costs least importance for what it saves goes first. Both change while groups go: a score is a share of what its
    /// layer has left, a saving shrinks with the layers on the other side. So a price only rises, and one that was
    /// worked out earlier is a lower bound.
    /// </summary>
    public static List<int> Global(ChannelGraph graph, Cost cost, ChannelScores scores)
    {
        var order = new List<int>();
        var widths = graph.Widths.Copy();
        var queue = new PriorityQueue<int, (double, int)>();
        foreach (var group in widths.Groups.Where(graph.CanGo)) queue.Enqueue(group, (Price(group), group));
        while (queue.TryDequeue(out var group, out var priority))
        {
            if (!widths.CanGo(group)) continue;
            var price = Price(group);
            if (double.IsPositiveInfinity(price)) continue;
            if (price > priority.Item1 && queue.TryPeek(out _, out var next) && (price, group).CompareTo(next) > 0)
            {
                queue.Enqueue(group, (price, group));
                continue;
            }
            widths.Remove(group);
            scores.Remove(group);
            order.Add(group);
        }
        return order;

        double Price(int group) => cost.Saving(widths, group) is > 0 and var saving ? scores.Of(group) / saving : double.PositiveInfinity;
    }

    /// <summary>Every family gives up the same share of its groups, the least important first.</summary>
    public static List<int> ByLayer(ChannelGraph graph, ChannelScores scores, IEnumerable<Family> families)
    {
        var ranked = families.SelectMany(f => f.Groups.OrderBy(scores.Of).ThenBy(g => g).Select((group, rank) => (Group: group, Share: (rank + 1.0) / f.Groups.Count)));
        var widths = graph.Widths.Copy();
        var order = new List<int>();
        foreach (var (group, _) in ranked.OrderBy(r => r.Share).ThenBy(r => r.Group))
        {
            if (!widths.CanGo(group)) continue;
            widths.Remove(group);
            order.Add(group);
        }
        return order;
    }
}

/// <summary>Groups that take the same numbers of places from the same widths: the channels of a layer, or of layers that share theirs.</summary>
/// <param name="Groups">Their roots.</param>
/// <param name="Step">How many must stay, or a multiple of it, for every width to be the multiple that was asked for.</param>
internal sealed record Family(IReadOnlyList<int> Groups, int Step)
{
    /// <summary>The families of the groups that may go.</summary>
    /// <param name="graph">The channels.</param>
    /// <param name="multiple">What the widths of layers' outputs are to be a multiple of.</param>
    public static List<Family> Of(ChannelGraph graph, int multiple)
    {
        var outputs = graph.Layers.Select(l => (Width: graph.Widths.Of(l.Layer.Weight, l.RowAxis), l.ChannelsARow)).Where(o => o.Width >= 0).ToLookup(o => o.Width, o => o.ChannelsARow);
        return [.. graph.Widths.Groups.Where(graph.CanGo)
            .GroupBy(g => string.Join(' ', graph.Widths.Places(g).ToArray()))
            .Select(f => new Family([.. f.Order()], StepFor(graph.Widths.Places(f.First()), outputs, multiple)))];
    }

    /// <summary>How many stay where a number of them could go.</summary>
    public int Kept(int going) => Math.Min(Groups.Count, (Groups.Count - going + Step - 1) / Step * Step);

    private static int StepFor(ReadOnlySpan<(int Width, int Places)> places, ILookup<int, int> outputs, int multiple)
    {
        var step = 1;
        foreach (var (width, count) in places)
        {
            foreach (var channels in outputs[width])
            {
                var each = multiple / Divisor(multiple, count * channels);
                step = step / Divisor(step, each) * each;
            }
        }
        return step;
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
