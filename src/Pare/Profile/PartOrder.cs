using System.Numerics;

namespace Pare.Profile;

/// <summary>Orders the nodes from <paramref name="start"/> up to <paramref name="end"/> so that their values take little memory at once.</summary>
/// <param name="lives">The graph's values.</param>
/// <param name="start">The first node.</param>
/// <param name="end">The node after the last.</param>
/// <param name="aliveBefore">Bytes alive before the first node.</param>
internal sealed class PartOrder(ValueLives lives, int start, int end, long aliveBefore)
{
    /// <summary>Sets of finished nodes that the exact search looks at; parts with more keep the greedy order.</summary>
    private const int MaxStates = 20_000;

    /// <summary>The search holds a set of nodes in 64 bits.</summary>
    private const int MaxNodes = 64;

    /// <summary>The greedy schedule looks at this many ready nodes, so that very wide parts stay cheap.</summary>
    private const int MaxReady = 256;

    /// <summary>The peak in the graph's own order.</summary>
    public long OwnPeak { get; } = Peak(lives, Enumerable.Range(start, end - start), start, aliveBefore);

    /// <summary>The peak in the best order found: the least of the graph's own, a greedy one, and, for small parts, all.</summary>
    public long BestPeak()
    {
        if (end - start <= 2) return OwnPeak;
        var found = Math.Min(OwnPeak, Peak(lives, Greedy(), start, aliveBefore));
        return end - start <= MaxNodes ? Exact(found) : found;
    }

    private static long Peak(ValueLives lives, IEnumerable<int> order, int start, long alive)
    {
        var left = new Dictionary<int, int>();
        var peak = alive;
        foreach (var node in order)
        {
            alive += lives.MadeBytes(node);
            peak = Math.Max(peak, alive);
            alive -= Freed(lives, node, start, left, take: true);
        }
        return peak;
    }

    /// <summary>Bytes that go with a node, where <paramref name="left"/> holds how many users values still wait for.</summary>
    private static long Freed(ValueLives lives, int node, int start, Dictionary<int, int> left, bool take)
    {
        var bytes = lives.Made(node).Where(v => lives.Users(v).Count == 0 && !lives.IsKept(v)).Sum(lives.Size);
        foreach (var value in lives.Used(node))
        {
            if (!left.TryGetValue(value, out var users)) left[value] = users = lives.Users(value).Count(u => u >= start);
            if (users == 1 && !lives.IsKept(value)) bytes += lives.Size(value);
            if (take) left[value] = users - 1;
        }
        return bytes;
    }

    /// <summary>Of the nodes whose inputs are there, always the one that leaves the least memory taken; of equals the one whose inputs came last.</summary>
    private List<int> Greedy()
    {
        var order = new List<int>();
        var left = new Dictionary<int, int>();
        var missing = Enumerable.Range(start, end - start).ToDictionary(n => n, n => Before(n).Count());
        var ready = missing.Where(m => m.Value == 0).Select(m => m.Key).ToList();
        while (ready.Count > 0)
        {
            var next = ready.Count - 1;
            var least = long.MaxValue;
            for (var i = ready.Count - 1; i >= Math.Max(0, ready.Count - MaxReady); i--)
            {
                var growth = lives.MadeBytes(ready[i]) - Freed(lives, ready[i], start, left, take: false);
                if (growth < least) (next, least) = (i, growth);
            }
            var node = ready[next];
            ready.RemoveAt(next);
            order.Add(node);
            Freed(lives, node, start, left, take: true);
            foreach (var user in lives.Made(node).SelectMany(lives.Users).Distinct().Where(u => u < end))
                if (--missing[user] == 0) ready.Add(user);
        }
        return order;
    }

    // The nodes of this part that a node waits for, each once.
    private IEnumerable<int> Before(int node) => lives.Used(node).Select(lives.Maker).Where(m => m >= start).Distinct();

    /// <summary>
    /// The least peak of all orders, by a search from set to set of finished nodes (what is alive depends on the set, not on the way
    /// to it), smallest peak first; <paramref name="known"/> where no order beats it or there are too many sets.
    /// </summary>
    private long Exact(long known)
    {
        var count = end - start;
        var before = new ulong[count];
        for (var i = 0; i < count; i++) before[i] = Before(start + i).Aggregate(0UL, (set, n) => set | 1UL << (n - start));
        var all = count == MaxNodes ? ulong.MaxValue : (1UL << count) - 1;
        var seen = new HashSet<ulong>();
        var queue = new PriorityQueue<(ulong Done, long Alive, long Peak), long>();
        queue.Enqueue((0, aliveBefore, aliveBefore), aliveBefore);
        while (queue.TryDequeue(out var state, out _))
        {
            if (state.Done == all) return state.Peak;
            if (!seen.Add(state.Done)) continue;
            if (seen.Count > MaxStates) return known;
            for (var open = all & ~state.Done; open != 0; open &= open - 1)
            {
                var i = BitOperations.TrailingZeroCount(open);
                if ((before[i] & ~state.Done) != 0) continue;
                var done = state.Done | 1UL << i;
                var during = state.Alive + lives.MadeBytes(start + i);
                var peak = Math.Max(state.Peak, during);
                if (peak < known && !seen.Contains(done)) queue.Enqueue((done, during - FreedAfter(start + i, done), peak), peak);
            }
        }
        return known;
    }

    private long FreedAfter(int node, ulong done) => lives.Used(node).Concat(lives.Made(node))
        .Where(v => !lives.IsKept(v) && lives.Users(v).All(u => u < start || (u < end && (done >> (u - start) & 1) != 0))).Sum(lives.Size);
}
