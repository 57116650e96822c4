using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>Cluttered surroundings: a gradient or a cloudy texture, then stripes, boxes and ellipses, some of them skin-coloured, and blur.</summary>
internal static class Backdrop
{
    private const int MaxShapes = 14;

    public static void Paint(Canvas canvas, ref RandomStream random)
    {
        Fill(canvas, ref random);
        if (random.Uniform() < 0.2) AddStripes(canvas, ref random);
        for (var left = random.Below(MaxShapes); left > 0; left--) AddShape(canvas, ref random);
        if (random.Uniform() < 0.25) AddHead(canvas, ref random);
        for (var left = random.Below(6); left > 0; left--) canvas.Soften(0.33f);
        AddGrain(canvas, ref random);
    }

    private static void Fill(Canvas canvas, ref RandomStream random)
    {
        var (from, to, cloud) = (Colour(ref random), Colour(ref random), Colour(ref random));
        var (sin, cos) = MathF.SinCos((float)random.Uniform(0, 2 * Math.PI));
        var (seed, scale, strength) = ((uint)random.Next(), (float)random.Uniform(1, 6), (float)random.Uniform(0, 1));
        var stretch = (float)random.Uniform(0.4, 2.5);
        // Clouds are coarse: one value does for two by two pixels.
        for (var row = 0; row < canvas.Side; row += 2)
        {
            for (var column = 0; column < canvas.Side; column += 2)
            {
                var (x, y) = ((column / (float)canvas.Side) - 0.5f, (row / (float)canvas.Side) - 0.5f);
                var noise = Noise.At(x * scale * stretch, y * scale, seed) + (0.5f * Noise.At(x * scale * 3.3f, y * scale * 3.3f, seed + 1));
                var colour = Vector3.Lerp(from, to, Math.Clamp(0.5f + (cos * x) + (sin * y), 0, 1));
                colour = Vector3.Lerp(colour, cloud, Math.Clamp(strength * (0.3f + noise), 0, 1));
                for (var i = 0; i < 4; i++) canvas.Pixels[((row + (i / 2)) * canvas.Side) + column + (i % 2)] = colour;
            }
        }
    }

    private static void AddStripes(Canvas canvas, ref RandomStream random)
    {
        var colour = Colour(ref random);
        var (sin, cos) = MathF.SinCos((float)random.Uniform(0, Math.PI));
        var (period, width, share) = ((float)random.Uniform(5, 30), (float)random.Uniform(0.2, 0.6), (float)random.Uniform(0.2, 0.9));
        for (var i = 0; i < canvas.Pixels.Length; i++)
        {
            var t = ((cos * (i % canvas.Side)) + (sin * (i / canvas.Side))) / period;
            if (t - MathF.Floor(t) < width) canvas.Blend(i, colour, share);
        }
    }

    /// <summary>A box or an ellipse, turned, lit from one side.</summary>
    private static void AddShape(Canvas canvas, ref RandomStream random)
    {
        var isRound = random.Uniform() < 0.5;
        var colour = random.Uniform() < 0.25 ? FaceLook.Linear(new Vector3(0.8f, 0.6f, 0.48f) * (float)random.Uniform(0.4, 1.15)) : Colour(ref random);
        var patch = Patch.Draw(ref random, canvas.Side, 0.03, 0.35);
        var (share, lit) = ((float)random.Uniform(0.5, 1), (float)random.Uniform(-0.5, 0.5));
        patch.Paint(canvas, isRound, (u, v) => (colour * Math.Max(1 + (lit * (u + v)), 0), share));
    }

    /// <summary>Something with the colours of a far head: a blob under hair, with dark places for features.</summary>
    private static void AddHead(Canvas canvas, ref RandomStream random)
    {
        var (tone, hair) = (FaceLook.Linear(new Vector3(0.85f, 0.65f, 0.53f) * (float)random.Uniform(0.3, 1.1)), Colour(ref random) * 0.2f);
        var radius = (float)random.Uniform(0.04, 0.12) * canvas.Side;
        var patch = new Patch((float)random.Uniform(0, canvas.Side), (float)random.Uniform(0, canvas.Side), radius, radius * 1.3f, 0, 1);
        patch.Paint(canvas, isRound: true, (u, v) =>
        {
            var dark = FaceMath.Bump(Math.Abs(u) - 0.4f, v + 0.1f, 0.25f, 0.15f) + (0.6f * FaceMath.Bump(u, v - 0.5f, 0.35f, 0.12f));
            return (Vector3.Lerp(tone * (1 - (0.6f * dark)), hair, FaceMath.Step(0.3f, 0.5f, -v)), 1);
        });
    }

    private static void AddGrain(Canvas canvas, ref RandomStream random)
    {
        var (seed, strength, scale) = ((uint)random.Next(), (float)random.Uniform(0, 0.35), (float)random.Uniform(0.15, 0.7));
        if (strength < 0.2f) return;
        var pixels = canvas.Pixels;
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] *= 1 + (strength * Noise.At((i % canvas.Side) * scale, (i / canvas.Side) * scale, seed));
    }

    private static Vector3 Colour(ref RandomStream random) => FaceLook.Linear(FaceLook.Any(ref random));
}
