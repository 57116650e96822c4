namespace Pare.Quantize.Integer;

/// <summary>Ranges to quantize, from records of what was seen.</summary>
public static class RangeChoice
{
    /// <summary>Share of values inside the percentile's range.</summary>
    private const double Inside = 0.9999;

    /// <summary>Cuts that are tried: a range is cut down by steps of 1 % to a tenth.</summary>
    private const int Cuts = 90;

    /// <summary>True for methods that need <see cref="RangeRecord.Histogram"/>.</summary>
    public static bool NeedsHistogram(RangeMethod method) => method is RangeMethod.Percentile or RangeMethod.Entropy or RangeMethod.Mse;

    /// <summary>The fewest examples that a method can say something from.</summary>
    public static int MinExamples(RangeMethod method) => NeedsHistogram(method) ? 8 : 1;

    /// <summary>The range of a value, which holds 0.</summary>
    /// <param name="record">What was seen.</param>
    /// <param name="method">How to choose.</param>
    /// <exception cref="ArgumentException">The method needs a histogram and there is none.</exception>
    public static (float Min, float Max) Of(RangeRecord record, RangeMethod method)
    {
        if (method == RangeMethod.MinMax) return WithZero(record.Min, record.Max);
        if (method == RangeMethod.Average) return WithZero(record.MeanMin, record.MeanMax);
        var histogram = record.Histogram ?? throw new ArgumentException($"value '{record.Name}' has no histogram; {method} needs one", nameof(record));
        var whole = WithZero(record.Min, record.Max);
        if (record.Min == record.Max) return whole;
        return method switch
        {
            RangeMethod.Percentile => Percentile(histogram, whole),
            RangeMethod.Entropy => BestCut(whole, range => Divergence(histogram, range)),
            _ => BestCut(whole, range => SquaredError(histogram, range)),
        };
    }

    private static (float Min, float Max) WithZero(float min, float max) => (Math.Min(0, min), Math.Max(0, max));

    private static (float Min, float Max) Percentile(Histogram histogram, (float Min, float Max) whole)
    {
        // A side that does not reach past 0 has nothing to cut.
        var sides = (whole.Min < 0 ? 1 : 0) + (whole.Max > 0 ? 1 : 0);
        var outside = histogram.Total * (1 - Inside) / Math.Max(1, sides);
        var (low, high) = (0, histogram.Counts.Length - 1);
        for (double sum = histogram.Counts[low]; sum <= outside && low < high; sum += histogram.Counts[++low]) { }
        for (double sum = histogram.Counts[high]; sum <= outside && high > low; sum += histogram.Counts[--high]) { }
        var width = histogram.Width;
        return WithZero(whole.Min < 0 ? (float)(histogram.Min + low * width) : 0, whole.Max > 0 ? (float)(histogram.Min + (high + 1) * width) : 0);
    }

    // Both sides cut alike, then each by itself.
    private static (float Min, float Max) BestCut((float Min, float Max) whole, Func<(float Min, float Max), double> cost)
    {
        var both = Best(cut => (whole.Min * cut, whole.Max * cut));
        if (whole.Min == 0 || whole.Max == 0) return both;
        var upper = Best(cut => (both.Min, whole.Max * cut));
        return Best(cut => (whole.Min * cut, upper.Max));

        (float Min, float Max) Best(Func<float, (float, float)> range) =>
            Enumerable.Range(0, Cuts).Select(i => range(1 - 0.01f * i)).MinBy(cost);
    }

    private static double SquaredError(Histogram histogram, (float Min, float Max) range)
    {
        var map = Affine.FromRange(range.Min, range.Max, CodeRange.UInt8);
        // Within a bin values are spread evenly, which adds the same to every cut.
        double sum = 0;
        for (var i = 0; i < histogram.Counts.Length; i++)
        {
            if (histogram.Counts[i] == 0) continue;
            var middle = histogram.Middle(i);
            var error = middle - map.Round((float)middle);
            sum += histogram.Counts[i] * error * error;
        }
        return sum;
    }

    /// <summary>
    /// The Kullback-Leibler divergence of the coded distribution from the true one, both without the zeros that a ReLU makes, whose code is
    /// exact. What is cut off counts in the true one with the outermost bin.
    /// </summary>
    private static double Divergence(Histogram histogram, (float Min, float Max) range)
    {
        var bins = histogram.Counts.Length;
        var width = histogram.Width;
        var first = Math.Clamp((int)((range.Min - (double)histogram.Min) / width), 0, bins - 1);
        var last = Math.Clamp((int)Math.Ceiling((range.Max - (double)histogram.Min) / width) - 1, first, bins - 1);
        var zero = Math.Clamp((int)((0 - (double)histogram.Min) / width), 0, bins - 1);
        var truth = new double[last - first + 1];
        for (var i = 0; i < bins; i++)
            if (i != zero) truth[Math.Clamp(i, first, last) - first] += histogram.Counts[i];

        // Each code's share, spread evenly over its bins that are not empty.
        var map = Affine.FromRange(range.Min, range.Max, CodeRange.UInt8);
        var (sums, filled) = (new double[256], new int[256]);
        for (var i = first; i <= last; i++)
        {
            if (i == zero || histogram.Counts[i] == 0) continue;
            var code = map.Encode((float)histogram.Middle(i));
            sums[code] += histogram.Counts[i];
            filled[code]++;
        }
        double total = truth.Sum(), inside = sums.Sum(), divergence = 0;
        if (total == 0 || inside == 0) return 0;
        for (var i = first; i <= last; i++)
        {
            var p = truth[i - first] / total;
            if (p == 0) continue;
            var code = map.Encode((float)histogram.Middle(i));
            var q = histogram.Counts[i] > 0 && i != zero && filled[code] > 0 ? sums[code] / filled[code] / inside : 0;
            divergence += p * Math.Log(p / Math.Max(q, 1e-9));
        }
        return divergence;
    }
}
