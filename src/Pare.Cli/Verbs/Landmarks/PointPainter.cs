using Pare.Data;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary>Marks points in a picture.</summary>
internal static class PointPainter
{
    public static readonly (byte R, byte G, byte B) Truth = (40, 220, 70), Rough = (240, 50, 50), Fine = (60, 120, 255);

    /// <summary>The picture with a dot at each point, in proportion to its size.</summary>
    public static Picture Mark(Picture picture, ReadOnlySpan<float> points, (byte R, byte G, byte B) colour)
    {
        var rgb = (byte[])picture.Rgb.Clone();
        var radius = Math.Max(1f, Math.Max(picture.Width, picture.Height) / 160f);
        for (var i = 0; i + 1 < points.Length; i += 2) Dot(rgb, picture.Size, points[i], points[i + 1], radius, colour);
        return new Picture(picture.Width, picture.Height, rgb);
    }

    private static void Dot(byte[] rgb, PictureSize size, float x, float y, float radius, (byte R, byte G, byte B) colour)
    {
        if (!float.IsFinite(x) || !float.IsFinite(y)) return;
        for (var row = Math.Max(0, (int)(y - radius)); row <= Math.Min(size.Height - 1, (int)(y + radius)); row++)
        {
            for (var column = Math.Max(0, (int)(x - radius)); column <= Math.Min(size.Width - 1, (int)(x + radius)); column++)
            {
                var (dx, dy) = (column + 0.5f - x, row + 0.5f - y);
                if ((dx * dx) + (dy * dy) > radius * radius) continue;
                var at = 3 * ((row * size.Width) + column);
                (rgb[at], rgb[at + 1], rgb[at + 2]) = colour;
            }
        }
    }
}
