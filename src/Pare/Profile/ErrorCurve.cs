namespace Pare.Profile;

/// <summary>How often a landmark network errs by how much: the share of pictures whose normalised mean error is at most a bound.</summary>
public sealed record ErrorCurve
{
    private readonly float[] _sorted;

    /// <param name="errors">One normalised mean error a picture; NaN counts as infinite.</param>
    public ErrorCurve(IEnumerable<float> errors) => _sorted = [.. errors.Select(e => float.IsNaN(e) ? float.PositiveInfinity : e).Order()];

    /// <summary>Share of pictures with an error of at most <paramref name="bound"/>.</summary>
    public double ShareWithin(double bound) => _sorted.Length == 0 ? 0 : (double)_sorted.Count(e => e <= bound) / _sorted.Length;

    /// <summary>Share of pictures with a larger error: the failure rate.</summary>
    public double FailureRate(double bound) => 1 - ShareWithin(bound);

    /// <summary>Area under the curve from 0 to <paramref name="bound"/>, over the bound: 1 for no errors at all. Exact, the curve being a staircase.</summary>
    public double Area(double bound) => _sorted.Length == 0 ? 0 : _sorted.Sum(e => Math.Max(0, bound - e)) / bound / _sorted.Length;

    /// <summary>The curve at <paramref name="steps"/> + 1 bounds from 0 to <paramref name="bound"/>.</summary>
    public IReadOnlyList<(double Bound, double Share)> Points(double bound, int steps) =>
        [.. Enumerable.Range(0, steps + 1).Select(i => bound * i / steps).Select(b => (b, ShareWithin(b)))];
}
