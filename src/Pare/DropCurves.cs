namespace Pare;

/// <summary>One measurement: points of the metric lost where a layer has given up a share of what it had.</summary>
/// <param name="Given">Above 0, up to 1.</param>
/// <param name="Drop">Percentage points; negative for a gain.</param>
public readonly record struct DropPoint(double Given, double Drop);

/// <summary>What a network was measured to lose as one layer at a time gives up some of its weights, multiply-adds or channels.</summary>
public sealed record DropCurves
{
    /// <summary>Pieces between two measurements.</summary>
    private const int Pieces = 16;

    /// <summary>Measurements by the layer's name, in any order.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<DropPoint>> Layers { get; init; }

    /// <summary>
    /// With which power of what goes the loss grows up to the first measurement; 1 or more. Of weights that are spread evenly around zero, the squares of the
    /// smallest grow with the third; where the first bit of what goes costs most, a straight line promises the least.
    /// </summary>
    public double Power { get; init; } = 1;

    /// <summary>Points that the measurement cannot tell from nothing; above 0.</summary>
    public required double Resolution { get; init; }

    /// <summary>
    /// The cost of giving so much, from (0, 0) on, gains rising, for <see cref="Allocation"/>: measured costs made to rise, a power of what goes between two of
    /// them. Ends at the last measurement; a layer without any gives nothing.
    /// </summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="whole">What all of the layer is.</param>
    internal IReadOnlyList<(long Gain, double Cost)> Costs(string layer, long whole)
    {
        var curve = new List<(long Gain, double Cost)> { (0, 0) };
        if (!Layers.TryGetValue(layer, out var measured)) return curve;
        var points = measured.OrderBy(p => p.Given).ToList();
        var costs = Rising(points.ConvertAll(p => p.Drop), Resolution);
        var (given, cost) = (0.0, 0.0);
        for (var i = 0; i < points.Count; i++)
        {
            // The share and the cost, in steps of equal shares; a power has a straight line in logarithms.
            var power = given == 0 ? Power : Math.Log(costs[i] / cost) / Math.Log(points[i].Given / given);
            for (var piece = 1; piece <= Pieces; piece++)
            {
                var at = given + (points[i].Given - given) * piece / Pieces;
                var gain = (long)Math.Floor(at * whole + 1e-9);
                if (gain > curve[^1].Gain) curve.Add((gain, costs[i] * Math.Pow(at / points[i].Given, power)));
            }
            (given, cost) = (points[i].Given, costs[i]);
        }
        return curve;
    }

    /// <summary>Drops in the order of what is given up, none below the one before it or below the resolution.</summary>
    internal static List<double> Rising(IReadOnlyList<double> drops, double resolution)
    {
        var costs = new List<double>();
        foreach (var drop in drops) costs.Add(Math.Max(drop, costs.Count > 0 ? costs[^1] : resolution));
        return costs;
    }
}
