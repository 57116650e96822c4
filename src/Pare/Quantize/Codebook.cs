namespace Pare.Quantize;

/// <summary>Centroids, and what it costs to write each one's code: a value takes the centroid with the least importance · (value - centroid)² + cost.</summary>
public sealed class Codebook
{
    private readonly float[] _centroids;
    private readonly double[] _costs;
    private readonly double[] _middles;
    private readonly double _minCost;

    /// <param name="centroids">Ascending; 1 or more.</param>
    /// <param name="costs">λ · code length in bits, 0 or more, for each centroid; null where codes cost nothing.</param>
    public Codebook(float[] centroids, double[]? costs = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(centroids.Length);
        (_centroids, _costs) = (centroids, costs ?? []);
        _middles = new double[centroids.Length - 1];
        for (var c = 0; c < _middles.Length; c++) _middles[c] = ((double)centroids[c] + centroids[c + 1]) / 2;
        _minCost = _costs.Length > 0 ? _costs.Min() : 0;
    }

    /// <summary>The centroids, ascending.</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>importance · (value - centroid)² + the cost of the centroid's code.</summary>
    public double Cost(float value, double importance, int code)
    {
        var distance = (double)value - _centroids[code];
        return importance * distance * distance + (_costs.Length > 0 ? _costs[code] : 0);
    }

    /// <summary>The code of a value. Of equals, the nearest and then the lower centroid wins.</summary>
    public int Encode(float value, double importance = 1)
    {
        var nearest = Nearest(value);
        if (_costs.Length == 0) return nearest;
        var (best, bestCost) = (nearest, Cost(value, importance, nearest));
        for (var c = nearest - 1; c >= 0 && MayBeat(c); c--) Try(c);
        for (var c = nearest + 1; c < _centroids.Length && MayBeat(c); c++) Try(c);
        return best;

        // Centroids further out only get further away.
        bool MayBeat(int code)
        {
            var distance = (double)value - _centroids[code];
            return importance * distance * distance + _minCost < bestCost;
        }

        void Try(int code)
        {
            var cost = Cost(value, importance, code);
            if (cost < bestCost) (best, bestCost) = (code, cost);
        }
    }

    private int Nearest(float value)
    {
        var (low, high) = (0, _middles.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (value > _middles[middle]) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
