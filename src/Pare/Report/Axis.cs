namespace Pare.Report;

/// <summary>From values to places on an axis, 0 to 1, linear or logarithmic, with a little room at both ends.</summary>
internal sealed class Axis
{
    private const double Room = 0.06;

    private readonly bool _logarithmic;
    private readonly double _low, _high;

    /// <param name="values">What must be seen; above 0 for a logarithmic axis, at least one.</param>
    /// <param name="logarithmic">Equal steps are equal factors.</param>
    /// <param name="leastRange">Values nearer to each other than this (on a logarithmic axis: this factor) are not drawn apart further.</param>
    public Axis(IReadOnlyCollection<double> values, bool logarithmic, double leastRange)
    {
        _logarithmic = logarithmic;
        (_low, _high) = (Scaled(values.Min()), Scaled(values.Max()));
        var missing = Math.Max(0, Scaled(leastRange) - (_high - _low)) / 2;
        var room = missing + Room * (_high - _low + 2 * missing);
        (_low, _high) = (_low - room, _high + room);
    }

    public double At(double value) => (Scaled(value) - _low) / (_high - _low);

    /// <summary>Round values on the axis, about five: 1, 2 or 5 times a power of ten, or their multiples.</summary>
    public IReadOnlyList<double> Ticks()
    {
        if (!_logarithmic) return Multiples(_low, _high);
        var (low, high) = (Math.Exp(_low), Math.Exp(_high));
        if (high / low < 4) return Multiples(low, high);
        var powers = Enumerable.Range((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high / low)) + 2).Select(p => Math.Pow(10, p)).ToList();
        var fine = powers.SelectMany(p => (double[])[p, 2 * p, 5 * p]).Where(Inside).ToList();
        return fine.Count <= 7 ? fine : [.. powers.Where(Inside)];

        bool Inside(double value) => value >= low && value <= high;
    }

    private static IReadOnlyList<double> Multiples(double low, double high)
    {
        var rough = (high - low) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        var first = (long)Math.Ceiling(low / step);
        return [.. Enumerable.Range(0, (int)((long)Math.Floor(high / step) - first) + 1).Select(i => (first + i) * step)];
    }

    private double Scaled(double value) => _logarithmic ? Math.Log(value) : value;
}
