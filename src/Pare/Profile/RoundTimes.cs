namespace Pare.Profile;

/// <summary>
/// Times of networks that ran in turns. Neighbouring rounds are alike (clock speed, other work on the machine), so intervals come from
/// a bootstrap over blocks of consecutive rounds, which keeps within a block whatever made its rounds alike (Künsch 1989).
/// </summary>
public sealed class RoundTimes
{
    /// <summary>Resamples behind an interval: its ends are then off by less than a tenth of its width.</summary>
    private const int Resamples = 1000;

    /// <summary>Blocks are as long as can be, since what they cut apart counts as independent; but few of them make an interval needlessly wide.</summary>
    private const int MinBlocks = 8;
    private const int MaxBlocks = 20;

    /// <summary>Rounds in a block, where there are enough.</summary>
    private const int BlockLength = 25;

    private readonly IReadOnlyList<double>[] _times;
    private readonly int[] _blocks;

    /// <param name="times">Milliseconds of each round, a list a network, all of one length of at least 1.</param>
    /// <param name="blocks">A block's number for each round, from 0 up, for rounds that belong together; null to cut them evenly.</param>
    /// <exception cref="ArgumentException">The lists are empty or not equally long.</exception>
    public RoundTimes(IReadOnlyList<IReadOnlyList<double>> times, IReadOnlyList<int>? blocks = null)
    {
        var rounds = times[0].Count;
        if (rounds == 0 || times.Any(t => t.Count != rounds) || (blocks is not null && blocks.Count != rounds))
            throw new ArgumentException($"lists of {string.Join(", ", times.Select(t => t.Count))} rounds; they are equally long, and not empty", nameof(times));
        _times = [.. times];
        _blocks = blocks is null ? EvenBlocks(rounds) : [.. blocks];
    }

    /// <summary>Median, 95th percentile and the median's interval of one network.</summary>
    public Latency Latency(int network)
    {
        double[] sorted = [.. _times[network].Order()];
        var median = MedianOf(_times[network]);
        return new Latency(median.Value, Quantile(sorted, 0.95), sorted.Length) { MedianLow = median.Low, MedianHigh = median.High };
    }

    /// <summary>
    /// How much longer a network takes than the first: the median of both times' quotient in one round. What slows a whole round
    /// cancels out.
    /// </summary>
    public Estimate Ratio(int network) => network == 0 ? new(1, 1, 1) : MedianOf([.. _times[network].Zip(_times[0], (own, first) => own / first)]);

    /// <summary>The middle value (of two, the smaller); at least one is needed.</summary>
    public static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    /// <summary>The value below which a share of the sorted values lies (nearest rank).</summary>
    internal static double Quantile(ReadOnlySpan<double> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static int[] EvenBlocks(int rounds)
    {
        var count = Math.Min(rounds, Math.Clamp(rounds / BlockLength, MinBlocks, MaxBlocks));
        return [.. Enumerable.Range(0, rounds).Select(i => (int)((long)i * count / rounds))];
    }

    /// <summary>The median with its percentile interval, which is widened for the few blocks there are (Hesterberg 2015, 'expanded percentile').</summary>
    private Estimate MedianOf(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        double[] sorted = [.. order.Select(i => values[i])];
        int[] blocks = [.. order.Select(i => _blocks[i])];
        var sizes = new int[blocks.Max() + 1];
        foreach (var block in blocks) sizes[block]++;

        var median = Quantile(sorted, 0.5);
        if (sizes.Length == 1) return new Estimate(median, sorted[0], sorted[^1]);
        var random = new Random(0);
        var resampled = new double[Resamples];
        for (var r = 0; r < Resamples; r++) resampled[r] = sorted[ResampledMedian(blocks, sizes, random)];
        Array.Sort(resampled);
        var tail = Normal.Below(-Math.Sqrt(sizes.Length / (sizes.Length - 1.0)) * Normal.StudentQuantile975(sizes.Length - 1));
        return new Estimate(median, Math.Min(median, Quantile(resampled, tail)), Math.Max(median, Quantile(resampled, 1 - tail)));
    }

    /// <summary>Position, among the sorted values, of the median of blocks drawn with replacement.</summary>
    private static int ResampledMedian(int[] blocks, int[] sizes, Random random)
    {
        Span<int> drawn = stackalloc int[sizes.Length];
        drawn.Clear();
        long total = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            var block = random.Next(sizes.Length);
            drawn[block]++;
            total += sizes[block];
        }
        var left = (total + 1) / 2;
        for (var i = 0; i < blocks.Length; i++)
            if ((left -= drawn[blocks[i]]) <= 0) return i;
        return blocks.Length - 1;
    }
}
