using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>
/// The outlines of eyes, brows and mouth seen from the front. Painting and landmarks both come from here, so they agree exactly. A side is -1
/// for the left eye in the picture and 1 for the right one; along an eye, q goes from -1 at the nose to 1 at the temple.
/// </summary>
internal readonly struct FaceCurves(FaceShape shape)
{
    private readonly float _corner = shape.MouthY + (0.35f * shape.Open) - (0.13f * shape.Smile);

    public float EyeX(float q) => 1 + (shape.EyeWidth * q);

    public float UpperLid(float q)
    {
        var open = Middle(q) - (shape.UpperLid * Arc(q));
        return FaceMath.Lerp(open, LowerLid(q), shape.Blink);
    }

    public float LowerLid(float q) => Middle(q) + (shape.LowerLid * Math.Max(1 - (q * q), 0));

    /// <summary>The brow's middle line; q from -1 near the nose to 1 at the temple.</summary>
    public Vector2 Brow(float q)
    {
        var t = q - 0.1f;
        return new(1.08f + (0.66f * q), shape.BrowY - (shape.BrowArch * (1 - (t * t))) + (shape.BrowTilt * -q) + (0.08f * q));
    }

    /// <summary>Half the brow's height.</summary>
    public float BrowHalf(float q) => shape.Brow * (q > 0 ? 1 - (0.75f * q * q) : 1 - (0.35f * q * q));

    public float MouthWidth => shape.MouthWidth;

    /// <summary>The upper lip's lower edge; q from -1 to 1 between the corners.</summary>
    public float UpperInner(float q) => _corner + ((shape.MouthY - _corner) * Parabola(q));

    /// <summary>The lower lip's upper edge.</summary>
    public float LowerInner(float q) => Math.Max(_corner + ((shape.MouthY + shape.Open - _corner) * Parabola(q)), UpperInner(q));

    public float UpperOuter(float q) => UpperInner(q) - (shape.UpperLip * Parabola(q) * (1.1f - (0.35f * FaceMath.Bump(q, 0, 0.24f, 1))));

    public float LowerOuter(float q) => LowerInner(q) + (shape.LowerLip * Arc(q));

    private float Middle(float q) => -shape.EyeTilt * shape.EyeWidth * q;

    private static float Parabola(float q) => Math.Max(1 - (q * q), 0);

    private static float Arc(float q)
    {
        var p = Parabola(q);
        return 0.5f * (p + MathF.Sqrt(p));
    }
}
