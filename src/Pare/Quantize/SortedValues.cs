namespace Pare.Quantize;

/// <summary>
/// Values in ascending order with running sums, which give the mean of any run in constant time: what makes an iteration of
/// k-means independent of the number of values. Sums are double; they are kept for every 256th value, the rest is added up.
/// </summary>
public sealed class SortedValues
{
    private const int BlockBits = 8;
    private const int Block = 1 << BlockBits;
    private readonly float[] _values;
    private readonly float[]? _importance;
    private readonly double[] _weightBefore;
    private readonly double[] _momentBefore;

    /// <summary>Takes both arrays over and sorts them.</summary>
    /// <param name="values">Finite values in any order.</param>
    /// <param name="importance">One number of 0 or more for each value; null for 1 everywhere.</param>
    public SortedValues(float[] values, float[]? importance = null)
    {
        if (importance is not null && importance.Length != values.Length)
            throw new ArgumentException($"{importance.Length} importances for {values.Length} values");
        RadixSort.Sort(values, importance);
        (_values, _importance) = (values, importance);
        var blocks = (values.Length >> BlockBits) + 1;
        _momentBefore = new double[blocks];
        _weightBefore = importance is null ? [] : new double[blocks];
        for (var b = 1; b < blocks; b++)
        {
            var (weight, moment) = Add(importance, (b - 1) * Block, b * Block);
            _momentBefore[b] = _momentBefore[b - 1] + moment;
            if (importance is not null) _weightBefore[b] = _weightBefore[b - 1] + weight;
        }
    }

    /// <summary>Number of values.</summary>
    public int Count => _values.Length;

    /// <summary>The values, ascending.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The importance of each value, in the same order; empty where every value counts 1.</summary>
    public ReadOnlySpan<float> Importance => _importance;

    /// <summary>Sums over the values from <paramref name="start"/> up to, without, <paramref name="end"/>: importance, and importance · value.</summary>
    public (double Weight, double Moment) Sum(int start, int end)
    {
        // A short run is added up: the difference of two large sums would lose its digits.
        if (end - start <= 2 * Block) return Add(_importance, start, end);
        var (weightEnd, momentEnd) = Before(end);
        var (weightStart, momentStart) = Before(start);
        return (_importance is null ? end - start : weightEnd - weightStart, momentEnd - momentStart);
    }

    /// <summary>How many values are at most <paramref name="limit"/>.</summary>
    public int CountUpTo(double limit)
    {
        var (low, high) = (0, _values.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_values[middle] <= limit) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>The different values, ascending; null where there are more than <paramref name="limit"/>.</summary>
    public float[]? Distinct(int limit)
    {
        var distinct = new List<float>();
        for (var i = 0; i < _values.Length; i = CountUpTo(_values[i]))
        {
            if (distinct.Count == limit) return null;
            distinct.Add(_values[i]);
        }
        return [.. distinct];
    }

    private (double Weight, double Moment) Before(int end)
    {
        var block = end >> BlockBits;
        var (weight, moment) = Add(_importance, block << BlockBits, end);
        return (_importance is null ? end : _weightBefore[block] + weight, _momentBefore[block] + moment);
    }

    private (double Weight, double Moment) Add(float[]? importance, int start, int end)
    {
        double weight = 0, moment = 0;
        if (importance is null)
        {
            for (var i = start; i < end; i++) moment += _values[i];
            return (end - start, moment);
        }
        for (var i = start; i < end; i++)
        {
            weight += importance[i];
            moment += (double)importance[i] * _values[i];
        }
        return (weight, moment);
    }
}
