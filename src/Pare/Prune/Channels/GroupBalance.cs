namespace Pare.Prune.Channels;

/// <summary>
/// The groups of a grouped convolution must stay equally large. So every label that may go needs as many channels in each group; labels that
/// lie otherwise are united with such as make up for them.
/// </summary>
internal static class GroupBalance
{
    /// <param name="labels">All labels.</param>
    /// <param name="channels">The channels of all groups, one group after the other.</param>
    /// <param name="groups">Number of groups.</param>
    public static void Apply(Labels labels, int[] channels, int groups)
    {
        var size = channels.Length / groups;
        var counts = new SortedDictionary<int, int[]>();
        for (var i = 0; i < channels.Length; i++)
        {
            if (labels.WhyKept(channels[i]) is not null) continue;
            var root = labels.Root(channels[i]);
            if (!counts.TryGetValue(root, out var count)) counts[root] = count = new int[groups];
            count[i / size]++;
        }
        // Labels with the same counts are as good as each other.
        var uneven = counts.Where(c => Unevenness(c.Value) > 0).GroupBy(c => string.Join(' ', c.Value))
            .Select(kind => (Counts: kind.First().Value, Roots: new Queue<int>(kind.Select(k => k.Key))))
            .OrderByDescending(kind => Unevenness(kind.Counts)).ThenBy(kind => kind.Roots.Peek()).ToList();
        while (uneven.Find(k => k.Roots.Count > 0) is { Roots: not null } first)
        {
            var root = first.Roots.Dequeue();
            var sum = first.Counts;
            while (Unevenness(sum) > 0)
            {
                var left = uneven.FindAll(k => k.Roots.Count > 0);
                if (left.Count == 0)
                {
                    labels.Keep([root], "groups would become unequal without them");
                    break;
                }
                var next = left.MinBy(k => Unevenness(Sum(sum, k.Counts)));
                labels.Unite(root, next.Roots.Dequeue());
                sum = Sum(sum, next.Counts);
            }
        }
    }

    private static int[] Sum(int[] a, int[] b) => [.. a.Zip(b, (x, y) => x + y)];

    /// <summary>0 where all counts are equal.</summary>
    private static int Unevenness(int[] counts)
    {
        var sum = counts.Sum();
        return counts.Sum(c => Math.Abs(c * counts.Length - sum));
    }
}
