namespace Pare.Data.Synthetic;

/// <summary>Shapes of curves that the face's parts share.</summary>
internal static class FaceMath
{
    public static float Lerp(float from, float to, float t) => from + ((to - from) * t);

    /// <summary>0 below <paramref name="from"/>, 1 above <paramref name="to"/>, smooth in between.</summary>
    public static float Step(float from, float to, float value)
    {
        var t = Math.Clamp((value - from) / (to - from), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>1 in the middle of an ellipse, 0 at its rim and outside.</summary>
    public static float Bump(float dx, float dy, float radiusX, float radiusY)
    {
        var r = ((dx * dx) / (radiusX * radiusX)) + ((dy * dy) / (radiusY * radiusY));
        return r < 1 ? (1 - r) * (1 - r) : 0;
    }

    /// <summary>A smooth curve through points at rising positions (cubic Hermite), constant outside.</summary>
    public static float Through(ReadOnlySpan<float> positions, ReadOnlySpan<float> values, float at)
    {
        if (at <= positions[0]) return values[0];
        var i = 1;
        while (i < positions.Length && positions[i] < at) i++;
        if (i == positions.Length) return values[^1];
        var (width, t) = (positions[i] - positions[i - 1], (at - positions[i - 1]) / (positions[i] - positions[i - 1]));
        var (before, after) = (Slope(positions, values, i - 1) * width, Slope(positions, values, i) * width);
        var (t2, t3) = (t * t, t * t * t);
        return (((2 * t3) - (3 * t2) + 1) * values[i - 1]) + ((t3 - (2 * t2) + t) * before) + (((3 * t2) - (2 * t3)) * values[i]) + ((t3 - t2) * after);
    }

    private static float Slope(ReadOnlySpan<float> positions, ReadOnlySpan<float> values, int i)
    {
        var (from, to) = (Math.Max(i - 1, 0), Math.Min(i + 1, values.Length - 1));
        return (values[to] - values[from]) / (positions[to] - positions[from]);
    }
}
