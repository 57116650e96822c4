using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>A horizontal cut through a head: half its width, and where its front, widest and back points lie in depth.</summary>
internal readonly record struct FaceCut(float Width, float Front, float Side, float Back);

/// <summary>The skin of a head as a function: horizontal cuts through the skull, and what stands out of its front.</summary>
internal sealed class FaceSurface(FaceShape shape)
{
    /// <summary>Exponent of the cuts' superellipse: above 2 the front is flatter than round.</summary>
    private const float Roundness = 2.15f;

    // Below the eyes, positions are shares of the chin's height; above, shares of the skull's top, negative.
    private static readonly float[] Heights = [-1, -0.985f, -0.94f, -0.86f, -0.74f, -0.55f, -0.3f, 0, 0.186f, 0.356f, 0.525f, 0.678f, 0.797f, 0.892f, 0.96f, 0.99f, 1];
    private static readonly float[] Widths = [0.02f, 0.22f, 0.44f, 0.66f, 0.83f, 0.96f, 1.01f, 1, 0.99f, 0.96f, 0.905f, 0.80f, 0.645f, 0.46f, 0.27f, 0.13f, 0.03f];
    private static readonly float[] Fronts = [-2.4f, -1.8f, -1.25f, -0.8f, -0.4f, -0.05f, 0.08f, 0.02f, 0.02f, 0.06f, 0.12f, 0.1f, 0.06f, 0.08f, -0.02f, -0.2f, -0.5f];
    private static readonly float[] Sides = [-2.5f, -2.5f, -2.5f, -2.45f, -2.35f, -2.2f, -2.1f, -2.05f, -1.95f, -1.9f, -1.85f, -1.7f, -1.5f, -1.2f, -0.85f, -0.7f, -0.55f];
    private static readonly float[] Backs = [-2.6f, -3.1f, -3.7f, -4.3f, -4.9f, -5.4f, -5.6f, -5.4f, -5.0f, -4.5f, -3.9f, -3.3f, -2.7f, -2.1f, -1.3f, -0.9f, -0.6f];

    public FaceShape Shape => shape;

    /// <summary>The cut at a height of the face at rest.</summary>
    public FaceCut Cut(float y)
    {
        var t = Share(y);
        var jaw = t > 0.4f ? FaceMath.Lerp(1, shape.Jaw, FaceMath.Step(0.4f, 0.7f, t)) : 1;
        return new(shape.Width * jaw * FaceMath.Through(Heights, Widths, t), FaceMath.Through(Heights, Fronts, t), FaceMath.Through(Heights, Sides, t), FaceMath.Through(Heights, Backs, t));
    }

    /// <summary>The point in front at (x, y) of the face at rest, moved as the expression says; x beyond the head's width is taken as its rim.</summary>
    public Vector3 Front(float x, float y) => Front(x, y, Cut(y));

    /// <summary>The same where the cut at that height is known.</summary>
    public Vector3 Front(float x, float y, FaceCut cut)
    {
        x = Math.Clamp(x, -cut.Width, cut.Width);
        return new(x, shape.Dropped(y), cut.Side + ((cut.Front - cut.Side) * Depth(Math.Abs(x) / cut.Width)) + Relief(x, y));
    }

    /// <summary>The point in front at (x, y) as seen with the expression.</summary>
    public Vector3 FrontSeen(float x, float y) => Front(x, shape.AtRest(y)) with { Y = y };

    /// <summary>Share of the depth from the side to the front that is left at a share of the width.</summary>
    public static float Depth(float u) => MathF.Pow(Math.Max(1 - MathF.Pow(u, Roundness), 0), 1 / Roundness);

    /// <summary>How far the face's features stand out of the skull.</summary>
    public float Relief(float x, float y)
    {
        if (y < -1.8f || y > shape.Chin) return 0;
        var a = Math.Abs(x);
        var smile = Math.Max(shape.Smile, 0);
        var relief = Nose(a, y);
        relief += -(0.2f + (0.14f * shape.Bones)) * FaceMath.Bump(a - 0.98f, y + 0.08f, 0.85f, 0.55f);
        relief += 0.2f * FaceMath.Bump(a - 1, y - 0.02f, 0.55f, 0.36f);
        relief += (0.05f + (0.1f * shape.Bones)) * FaceMath.Bump(a - 0.75f, y - shape.BrowY, 0.9f, 0.32f);
        relief += (0.14f + (0.07f * shape.Cheeks) + (0.1f * smile)) * FaceMath.Bump(a - 1.25f, y - 0.95f + (0.12f * smile), 0.75f, 0.8f);
        relief += 0.08f * shape.Cheeks * FaceMath.Bump(a - 1.2f, y - 1.9f, 0.7f, 0.8f);
        relief += Mouth(a, y);
        return relief + (0.16f * FaceMath.Bump(a, y - (0.89f * shape.Chin), 0.6f, 0.42f));
    }

    private float Nose(float a, float y)
    {
        var along = Math.Clamp((y + 0.15f) / (shape.NoseTip + 0.15f), 0, 1.3f);
        var height = 0.16f + ((shape.NoseHeight - 0.16f) * along * along);
        var rise = FaceMath.Step(-0.55f, 0.1f, y) * (1 - FaceMath.Step(shape.NoseTip + 0.02f, shape.NoseBase + 0.04f, y));
        var width = 0.34f + (0.14f * along);
        var ridge = height * rise * FaceMath.Bump(a, 0, width, 1);
        var tip = 0.1f * FaceMath.Bump(a, y - shape.NoseTip, 0.3f, 0.26f);
        var wing = 0.3f * FaceMath.Bump(a - (shape.NoseWidth * 0.68f), y - (shape.NoseTip + 0.1f), shape.NoseWidth * 0.5f, 0.3f);
        return ridge + tip + wing;
    }

    private float Mouth(float a, float y)
    {
        var relief = 0.14f * FaceMath.Bump(a, y - shape.MouthY, shape.MouthWidth * 1.25f, 0.75f);
        relief += 0.1f * FaceMath.Bump(a, y - (shape.MouthY - (0.5f * shape.UpperLip)), shape.MouthWidth, shape.UpperLip);
        relief += 0.12f * FaceMath.Bump(a, y - (shape.MouthY + (0.5f * shape.LowerLip)), shape.MouthWidth * 0.85f, shape.LowerLip);
        return relief - (0.1f * FaceMath.Bump(a, y - (shape.MouthY + (1.6f * shape.LowerLip)), 0.6f, 0.22f));
    }

    private float Share(float y) => y < 0 ? -y / shape.Top : y / shape.Chin;
}
