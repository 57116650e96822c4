using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>The colour of the head's surface at each place: skin, eyes, brows, lips, beard, hair. Colours are linear light.</summary>
internal readonly struct SkinPainter(FaceShape shape, FaceLook look)
{
    /// <summary>How far hair and skin reach over the hairline.</summary>
    private const float Ragged = 0.4f;

    private readonly FaceCurves _curves = new(shape);

    /// <summary>The colour and the gloss (0 to 1) at x, y of the face as seen from the front, and the angle around the head.</summary>
    public (Vector3 Colour, float Gloss) At(Vector3 place)
    {
        var (x, y, angle) = (place.X, place.Y, place.Z);
        if (look.Style.Hat > 0 && y < HairStyle.HatLine(angle)) return (Hat(angle, y), 0.02f);
        var above = look.Style.Line(angle) - shape.AtRest(y);
        if (above > Ragged) return Hair(angle, y);
        var (skin, gloss) = (Skin(x, y), 0.3f);
        if (y is > -1.4f and < 0.9f && Math.Abs(x) < 2.1f) AddEye(ref skin, ref gloss, x, y);
        if (y > shape.NoseTip - 0.4f) AddLowerFace(ref skin, ref gloss, x, y, angle);
        if (above < -Ragged) return (skin, gloss);
        above += (0.16f * Noise.At(angle * 0.16f, 1, look.Seed)) + (0.1f * Noise.At(angle * 0.5f, y * 3, look.Seed + 4));
        var share = FaceMath.Step(-0.14f, 0.14f, above);
        var (hair, shine) = Hair(angle, y);
        return (Vector3.Lerp(skin, hair, share), FaceMath.Lerp(gloss, shine, share));
    }

    /// <summary>Strands along the head with locks between.</summary>
    public (Vector3 Colour, float Gloss) Hair(float angle, float y)
    {
        var locks = Noise.At((angle * 0.09f) + (look.Style.Wave * Noise.At(y * 0.8f, 3, look.Seed)), y * 0.5f, look.Seed + 7);
        var strands = Noise.At(angle * 0.6f, y * 1.3f, look.Seed + 11);
        return (look.Hair * (0.95f + (0.4f * locks) + (0.3f * strands)), 0.25f);
    }

    /// <summary>Bare skin with its unevenness.</summary>
    public Vector3 Skin(float x, float y)
    {
        var coarse = Noise.At(x * 1.7f, y * 1.7f, look.Seed + 1);
        var fine = Noise.At(x * 9, y * 9, look.Seed + 2);
        var colour = look.Skin * (1 + (0.07f * coarse) + (0.05f * fine));
        var red = look.Blush * (FaceMath.Bump(Math.Abs(x) - 1.2f, y - 1.05f, 0.8f, 0.6f) + (0.7f * FaceMath.Bump(x, y - shape.NoseTip, 0.5f, 0.5f)));
        colour *= new Vector3(1 + (0.05f * red), 1 - (0.22f * red), 1 - (0.2f * red));
        if (look.Spots > 0 && Noise.At(x * 5, y * 5, look.Seed + 3) > 0.55f) colour *= 1 - (0.25f * look.Spots);
        return colour;
    }

    private Vector3 Hat(float angle, float y) => look.Hat * (0.85f + (0.15f * MathF.Sin(angle * 0.5f)) + (0.12f * Noise.At(angle * 0.1f, y * 4, look.Seed + 5)));

    private void AddEye(ref Vector3 skin, ref float gloss, float x, float y)
    {
        var (a, side) = (Math.Abs(x), x < 0 ? -1 : 1);
        skin *= 1 - (0.3f * FaceMath.Bump(a - 0.62f, y - 0.02f, 0.3f, 0.34f)) - (0.12f * FaceMath.Bump(a - 0.95f, y - 0.32f, 0.55f, 0.2f));
        AddBrow(ref skin, a, y);
        var q = (a - 1) / shape.EyeWidth;
        if (Math.Abs(q) > 1.35f) return;
        var (upper, lower) = (_curves.UpperLid(Math.Clamp(q, -1, 1)), _curves.LowerLid(Math.Clamp(q, -1, 1)));
        var crease = y - (upper - 0.11f - (0.04f * look.Liner));
        skin *= 1 - (0.28f * FaceMath.Bump(crease, Math.Max(Math.Abs(q) - 0.75f, 0), 0.07f, 0.6f));
        if (Math.Abs(q) < 1 && y > upper && y < lower)
        {
            skin = Eyeball(x, y, side, upper);
            gloss = 0.6f;
        }
        var lash = 0.05f + (0.03f * look.Liner);
        var dark = FaceMath.Bump(y - upper, Math.Max(Math.Abs(q) - 0.95f, 0), lash, 0.2f) + (0.35f * FaceMath.Bump(y - lower, Math.Max(Math.Abs(q) - 0.8f, 0), 0.04f, 0.2f));
        skin *= 1 - (0.85f * Math.Min(dark * 1.6f, 1));
    }

    private Vector3 Eyeball(float x, float y, int side, float upper)
    {
        var (dx, dy) = (x - side - (0.16f * look.Gaze.X), y + 0.035f - (0.08f * look.Gaze.Y));
        var r = MathF.Sqrt((dx * dx) + (dy * dy));
        if (Math.Abs(dx + 0.055f) < 0.035f && Math.Abs(dy + 0.06f) < 0.035f) return new Vector3(1.3f);
        var colour = new Vector3(0.58f, 0.55f, 0.53f) * (1 - (0.35f * Math.Abs(x - side) / shape.EyeWidth));
        var iris = look.Iris * (1 - (0.6f * FaceMath.Step(0.14f, 0.19f, r)));
        colour = Vector3.Lerp(iris, colour, FaceMath.Step(0.175f, 0.205f, r));
        colour *= FaceMath.Step(0.06f, 0.09f, r);
        return colour * (0.5f + (0.5f * FaceMath.Step(0, 0.13f, y - upper)));
    }

    private void AddBrow(ref Vector3 skin, float a, float y)
    {
        var q = (a - 1.08f) / 0.66f;
        if (Math.Abs(q) > 1.1f) return;
        var half = _curves.BrowHalf(q) + 0.02f;
        var distance = (y - _curves.Brow(Math.Clamp(q, -1, 1)).Y) / half;
        var hairs = 0.25f * Noise.At((a * 22) + (y * 14), y * 6, look.Seed + 13);
        var share = (1 - FaceMath.Step(0.55f, 1.15f, Math.Abs(distance) + hairs)) * (1 - FaceMath.Step(0.95f, 1.1f, Math.Abs(q)));
        skin = Vector3.Lerp(skin, look.BrowHair, share * 0.88f);
    }

    private void AddLowerFace(ref Vector3 skin, ref float gloss, float x, float y, float angle)
    {
        var a = Math.Abs(x);
        skin *= 1 - (0.75f * FaceMath.Bump(a - (shape.NoseWidth * 0.48f), y - (shape.NoseBase - 0.04f), shape.NoseWidth * 0.4f, 0.1f));
        skin *= 1 - (0.25f * FaceMath.Bump(a - (shape.NoseWidth * 1.05f), y - (shape.NoseBase - 0.1f), 0.12f, 0.22f));
        skin *= 1 - (0.2f * FaceMath.Bump(a, y - (shape.NoseBase + 0.08f), 0.5f, 0.16f));
        AddFolds(ref skin, a, y);
        AddBeard(ref skin, ref gloss, a, y, angle);
        var q = x / _curves.MouthWidth;
        if (Math.Abs(q) > 1.1f) return;
        AddMouth(ref skin, ref gloss, Math.Clamp(q, -1, 1), Math.Max(Math.Abs(q) - 1, 0), x, y);
    }

    /// <summary>From the wings of the nose around the corners of the mouth.</summary>
    private void AddFolds(ref Vector3 skin, float a, float y)
    {
        var depth = (0.3f * look.Wrinkles) + (0.35f * Math.Max(shape.Smile, 0));
        var t = (y - shape.NoseBase + 0.15f) / (shape.MouthY - shape.NoseBase + 0.35f);
        if (t is < 0 or > 1 || depth <= 0) return;
        var line = FaceMath.Lerp(shape.NoseWidth * 1.2f, shape.MouthWidth * 1.22f, MathF.Sqrt(t));
        skin *= 1 - (depth * FaceMath.Bump(a - line, 0, 0.12f, 1) * (1 - t) * 1.4f * FaceMath.Step(0, 0.15f, t));
    }

    private void AddBeard(ref Vector3 skin, ref float gloss, float a, float y, float angle)
    {
        if (look.Moustache <= 0) return;
        var rest = shape.AtRest(y);
        var hairs = 0.3f * Noise.At(angle * 0.9f, y * 9, look.Seed + 17);
        var lip = _curves.UpperOuter(Math.Clamp(a / shape.MouthWidth, 0, 0.99f));
        var moustache = look.Moustache * FaceMath.Step(shape.NoseBase + 0.02f, shape.NoseBase + 0.2f, y + (0.1f * a)) * (1 - FaceMath.Step(lip - 0.03f, lip + 0.08f, y)) * (1 - FaceMath.Step(0.75f, 1.05f, a));
        var edge = FaceMath.Lerp(shape.MouthY + 0.15f, 0.5f, FaceMath.Step(0.55f, 1.9f, a));
        var beard = look.Beard * FaceMath.Step(edge - 0.1f, edge + 0.3f, rest);
        var share = Math.Clamp((Math.Max(moustache, beard) * (1 + hairs)) + (0.5f * hairs * Math.Max(moustache, beard)), 0, 0.95f);
        skin = Vector3.Lerp(skin, look.BrowHair * (1 + hairs), share);
        gloss *= 1 - share;
    }

    private void AddMouth(ref Vector3 skin, ref float gloss, float q, float beyond, float x, float y)
    {
        var (top, upper, lower, bottom) = (_curves.UpperOuter(q), _curves.UpperInner(q), _curves.LowerInner(q), _curves.LowerOuter(q));
        var share = FaceMath.Step(-0.05f, 0.04f, y - top) * FaceMath.Step(-0.05f, 0.05f, bottom - y) * (1 - FaceMath.Step(0, 0.04f, beyond));
        if (share > 0) skin = Vector3.Lerp(skin, look.Lips * (1 + (0.12f * Noise.At(x * 14, y * 3, look.Seed + 19))) * (y < upper ? 0.82f : 1), share);
        gloss = FaceMath.Lerp(gloss, 0.55f, share);
        if (y > upper && y < lower && beyond <= 0) skin = Inside(x, y, upper, lower, ref gloss);
        skin *= 1 - (0.75f * Math.Max(FaceMath.Bump(y - upper, beyond, 0.05f, 0.1f), 0.6f * FaceMath.Bump(y - lower, beyond, 0.04f, 0.1f)));
        skin *= 1 - (0.25f * FaceMath.Bump(Math.Abs(q) - 1.02f, y - upper, 0.12f, 0.14f));
        skin *= 1 - (0.2f * FaceMath.Bump(q, y - (bottom + 0.12f), 0.75f, 0.14f));
    }

    private Vector3 Inside(float x, float y, float upper, float lower, ref float gloss)
    {
        gloss = 0.2f;
        var teeth = Math.Min(0.22f, 0.09f + (0.4f * (lower - upper)));
        if (y < upper + teeth && shape.Smile > -0.35f) return new Vector3(0.72f, 0.68f, 0.6f) * (0.72f + (0.28f * MathF.Abs(MathF.Cos(x * 14)))) * (1 - (0.6f * Math.Abs(x) / shape.MouthWidth));
        var tongue = FaceMath.Bump(x, y - lower, 0.5f, 0.4f);
        return new Vector3(0.03f + (0.2f * tongue), 0.008f + (0.05f * tongue), 0.008f + (0.05f * tongue));
    }
}
