using System.Collections.Immutable;

namespace Pare.Data.Synthetic;

/// <summary>A point in the unit square, y downwards.</summary>
internal readonly record struct GlyphPoint(double X, double Y);

/// <summary>
/// The stroke skeletons of the ten glyphs. They come in families whose members differ by one detail (O, Q, D, then C and G, U, V
/// and Y, S and Z), so telling them apart takes more than a template.
/// </summary>
internal sealed record GlyphShape(string Name, ImmutableArray<ImmutableArray<GlyphPoint>> Strokes)
{
    private const int ArcSteps = 14;

    public static ImmutableArray<GlyphShape> All { get; } =
    [
        new("C", [Arc(0.52, 0.5, 0.42, 0.5, 48, 312)]),
        new("D", [Line((0.12, 0), (0.12, 1)), [.. Line((0.12, 0), (0.4, 0)), .. Arc(0.4, 0.5, 0.5, 0.5, -90, 90), .. Line((0.4, 1), (0.12, 1))]]),
        new("G", [Arc(0.52, 0.5, 0.42, 0.5, 0, 312), Line((0.94, 0.5), (0.6, 0.5))]),
        new("O", [Arc(0.5, 0.5, 0.42, 0.5, 0, 360)]),
        new("Q", [Arc(0.5, 0.5, 0.42, 0.5, 0, 360), Line((0.58, 0.66), (0.92, 1))]),
        new("S", [[.. Arc(0.5, 0.26, 0.36, 0.26, -20, -270), .. Arc(0.5, 0.76, 0.38, 0.24, -90, 160)]]),
        new("U", [[.. Line((0.12, 0), (0.12, 0.6)), .. Arc(0.5, 0.6, 0.38, 0.4, 180, 0), .. Line((0.88, 0.6), (0.88, 0))]]),
        new("V", [Line((0.08, 0), (0.5, 1), (0.92, 0))]),
        new("Y", [Line((0.1, 0), (0.5, 0.5), (0.9, 0)), Line((0.5, 0.5), (0.5, 1))]),
        new("Z", [Line((0.14, 0), (0.86, 0), (0.14, 1), (0.86, 1))]),
    ];

    /// <summary>A polyline, cut finely enough to bend.</summary>
    private static ImmutableArray<GlyphPoint> Line(params (double X, double Y)[] corners)
    {
        const int Steps = 5;
        var points = new List<GlyphPoint> { new(corners[0].X, corners[0].Y) };
        for (var i = 1; i < corners.Length; i++)
        {
            var (from, to) = (corners[i - 1], corners[i]);
            for (var s = 1; s <= Steps; s++) points.Add(new(from.X + ((to.X - from.X) * s / Steps), from.Y + ((to.Y - from.Y) * s / Steps)));
        }
        return [.. points];
    }

    /// <summary>A piece of an ellipse; angles in degrees, 0 to the right, 90 downwards.</summary>
    private static ImmutableArray<GlyphPoint> Arc(double x, double y, double radiusX, double radiusY, double from, double to) =>
        [.. Enumerable.Range(0, ArcSteps + 1).Select(i =>
        {
            var (sin, cos) = Math.SinCos((from + ((to - from) * i / ArcSteps)) * Math.PI / 180);
            return new GlyphPoint(x + (radiusX * cos), y + (radiusY * sin));
        })];
}
