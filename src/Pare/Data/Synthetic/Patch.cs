using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>A turned box or ellipse on a canvas: its centre and half its sides in pixels, its angle's cosine and sine.</summary>
internal readonly record struct Patch(float X, float Y, float Width, float Height, float Sin, float Cos)
{
    /// <summary>Somewhere, with half sides between two shares of the canvas.</summary>
    public static Patch Draw(ref RandomStream random, int side, double least, double most)
    {
        var (sin, cos) = MathF.SinCos(random.Uniform() < 0.5 ? 0 : (float)random.Uniform(0, Math.PI));
        return new((float)random.Uniform(0, side), (float)random.Uniform(0, side), (float)random.Uniform(least, most) * side, (float)random.Uniform(least, most) * side, sin, cos);
    }

    /// <summary>Paints it; the colour and its opacity depend on the place within, each coordinate from -1 to 1.</summary>
    public void Paint(Canvas canvas, bool isRound, Func<float, float, (Vector3 Colour, float Share)> paint)
    {
        var reach = MathF.Sqrt((Width * Width) + (Height * Height)) + 1;
        var (left, right) = (Math.Max((int)(X - reach), 0), Math.Min((int)(X + reach), canvas.Side - 1));
        var (top, bottom) = (Math.Max((int)(Y - reach), 0), Math.Min((int)(Y + reach), canvas.Side - 1));
        // The rim fades over about a pixel.
        var soft = 1.2f / Math.Min(Width, Height);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (dx, dy) = (x + 0.5f - X, y + 0.5f - Y);
                var (u, v) = (((Cos * dx) + (Sin * dy)) / Width, ((Cos * dy) - (Sin * dx)) / Height);
                var r = isRound ? MathF.Sqrt((u * u) + (v * v)) : Math.Max(Math.Abs(u), Math.Abs(v));
                var edge = Math.Clamp(((1 - r) / soft) + 0.5f, 0, 1);
                if (edge <= 0) continue;
                var (colour, share) = paint(u, v);
                canvas.Blend((y * canvas.Side) + x, colour, share * edge);
            }
        }
    }
}
