namespace Pare.Data.Synthetic;

/// <summary>Draws one picture of a glyph. Every range below was chosen so that a small convolutional network errs on one to three of a hundred.</summary>
internal struct GlyphPainter(RandomStream random)
{
    private const int Side = Glyphs.Side;
    private const int BendPoints = 3;

    /// <summary>Paints strokes, then clutter and erasure, then noise.</summary>
    public void Paint(GlyphShape shape, Span<byte> pixels)
    {
        Span<float> distances = stackalloc float[Side * Side];
        distances.Fill(float.MaxValue);
        DrawShape(shape, distances);
        if (random.Uniform() < 0.35) DrawScratch(distances);
        Span<float> ink = stackalloc float[Side * Side];
        ToInk(distances, ink);
        if (random.Uniform() < 0.35) Erase(ink);
        AddNoise(ink, pixels);
    }

    private void DrawShape(GlyphShape shape, Span<float> distances)
    {
        Span<double> bend = stackalloc double[BendPoints * BendPoints * 2];
        for (var i = 0; i < bend.Length; i++) bend[i] = random.Uniform(-0.12, 0.12);
        var map = DrawMap();
        foreach (var stroke in shape.Strokes)
        {
            var from = map.Of(Bend(stroke[0], bend));
            for (var i = 1; i < stroke.Length; i++)
            {
                var to = map.Of(Bend(stroke[i], bend));
                AddSegment(distances, from, to);
                from = to;
            }
        }
    }

    /// <summary>From the unit square to pixels.</summary>
    private readonly record struct Map(double A, double B, double C, double D, double E, double F)
    {
        public GlyphPoint Of(GlyphPoint p) => new((A * p.X) + (B * p.Y) + C, (D * p.X) + (E * p.Y) + F);
    }

    private Map DrawMap()
    {
        var (sin, cos) = Math.SinCos(random.Uniform(-0.35, 0.35));
        var slant = random.Uniform(-0.3, 0.3);
        var (width, height) = (random.Uniform(10, 20), random.Uniform(12, 21));
        var (x, y) = ((Side / 2.0) + random.Uniform(-2.5, 2.5), (Side / 2.0) + random.Uniform(-2.5, 2.5));
        var (a, b) = (cos * width, ((cos * slant) - sin) * height);
        var (d, e) = (sin * width, ((sin * slant) + cos) * height);
        return new Map(a, b, x - ((a + b) / 2), d, e, y - ((d + e) / 2));
    }

    /// <summary>Moves a point by a smooth field over 3x3 control points.</summary>
    private static GlyphPoint Bend(GlyphPoint p, ReadOnlySpan<double> bend)
    {
        Span<double> alongX = stackalloc double[BendPoints];
        Span<double> alongY = stackalloc double[BendPoints];
        Bernstein(p.X, alongX);
        Bernstein(p.Y, alongY);
        var (x, y) = (p.X, p.Y);
        for (var i = 0; i < BendPoints * BendPoints; i++)
        {
            var weight = 2 * alongX[i % BendPoints] * alongY[i / BendPoints];
            x += weight * bend[2 * i];
            y += weight * bend[(2 * i) + 1];
        }
        return new(x, y);
    }

    private static void Bernstein(double t, Span<double> weights) =>
        (weights[0], weights[1], weights[2]) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t);

    /// <summary>A short straight stroke that belongs to nothing.</summary>
    private void DrawScratch(Span<float> distances)
    {
        var (x, y) = (random.Uniform(2, Side - 2), random.Uniform(2, Side - 2));
        AddSegment(distances, new(x, y), new(x + random.Uniform(-7, 7), y + random.Uniform(-7, 7)));
    }

    /// <summary>Lowers each pixel's squared distance to the nearest stroke, where the segment is near.</summary>
    private static void AddSegment(Span<float> distances, GlyphPoint from, GlyphPoint to)
    {
        const double Reach = 4;
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var inverse = 1 / Math.Max((dx * dx) + (dy * dy), 1e-9);
        var (left, right) = (Pixel(Math.Min(from.X, to.X) - Reach), Pixel(Math.Max(from.X, to.X) + Reach));
        var (top, bottom) = (Pixel(Math.Min(from.Y, to.Y) - Reach), Pixel(Math.Max(from.Y, to.Y) + Reach));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (px, py) = (x + 0.5 - from.X, y + 0.5 - from.Y);
                var t = Math.Clamp(((px * dx) + (py * dy)) * inverse, 0, 1);
                var (ox, oy) = (px - (t * dx), py - (t * dy));
                ref var distance = ref distances[(y * Side) + x];
                distance = Math.Min(distance, (float)((ox * ox) + (oy * oy)));
            }
        }
    }

    private static int Pixel(double position) => Math.Clamp((int)position, 0, Side - 1);

    /// <summary>Full ink inside the stroke's radius, fading over its softness.</summary>
    private void ToInk(ReadOnlySpan<float> distances, Span<float> ink)
    {
        var (radius, softness) = ((float)random.Uniform(0.5, 1.7), (float)random.Uniform(0.5, 1.6));
        var strength = (float)random.Uniform(90, 235);
        for (var i = 0; i < ink.Length; i++)
        {
            var t = Math.Clamp((radius + softness - MathF.Sqrt(distances[i])) / (2 * softness), 0, 1);
            ink[i] = strength * t * t * (3 - (2 * t));
        }
    }

    /// <summary>Takes a round hole out.</summary>
    private void Erase(Span<float> ink)
    {
        var (x, y, radius) = (random.Uniform(6, Side - 6), random.Uniform(6, Side - 6), random.Uniform(1.5, 3));
        for (var i = 0; i < ink.Length; i++)
        {
            var (dx, dy) = ((i % Side) + 0.5 - x, (i / Side) + 0.5 - y);
            if ((dx * dx) + (dy * dy) < radius * radius) ink[i] = 0;
        }
    }

    private void AddNoise(ReadOnlySpan<float> ink, Span<byte> pixels)
    {
        var (background, deviation) = (random.Uniform(0, 30), random.Uniform(8, 45));
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)Math.Clamp(background + ink[i] + (deviation * random.Bell()), 0, 255);
    }
}
