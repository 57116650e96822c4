using System.Collections.Immutable;

namespace Pare.Quantize.Integer;

/// <summary>What one value of a network was seen to take on calibration examples: data from an executor.</summary>
/// <param name="Name">The value.</param>
/// <param name="Min">The smallest element.</param>
/// <param name="Max">The largest element.</param>
/// <param name="MeanMin">The mean over batches of the smallest element.</param>
/// <param name="MeanMax">The mean over batches of the largest element.</param>
public sealed record RangeRecord(string Name, float Min, float Max, float MeanMin, float MeanMax)
{
    /// <summary>How often each part of the range was taken; null where nobody asked.</summary>
    public Histogram? Histogram { get; init; }

    /// <summary>Mean of each channel, for values that feed a layer; empty where nobody asked.</summary>
    public ImmutableArray<double> ChannelMeans { get; init; } = [];
}

/// <summary>Counts of values in bins of one width from <paramref name="Min"/> to <paramref name="Max"/>.</summary>
public sealed record Histogram(float Min, float Max, long[] Counts)
{
    /// <summary>Bins where nothing else is said: eight for each code of a byte.</summary>
    public const int Bins = 2048;

    /// <summary>An empty histogram of a range.</summary>
    public static Histogram Of(float min, float max) => new(min, max, new long[Bins]);

    public double Width => ((double)Max - Min) / Counts.Length;

    /// <summary>The middle of a bin.</summary>
    public double Middle(int bin) => Min + (bin + 0.5) * Width;

    public long Total => Counts.Sum();

    /// <summary>Counts values, in place; what lies outside counts with the outermost bin.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (Min == Max)
        {
            Counts[0] += values.Length;
            return;
        }
        var factor = Counts.Length / ((double)Max - Min);
        foreach (var value in values) Counts[Math.Clamp((int)((value - (double)Min) * factor), 0, Counts.Length - 1)]++;
    }
}

/// <summary>How a range is chosen from what was seen.</summary>
public enum RangeMethod
{
    /// <summary>From the smallest to the largest.</summary>
    MinMax,

    /// <summary>From the mean smallest to the mean largest of a batch.</summary>
    Average,

    /// <summary>Cuts off one value in ten thousand, on both sides together.</summary>
    Percentile,

    /// <summary>The cut whose distribution in 256 levels tells least from the true one (Migacz, 8-bit inference with TensorRT, 2017).</summary>
    Entropy,

    /// <summary>The cut with the smallest squared error.</summary>
    Mse,
}
