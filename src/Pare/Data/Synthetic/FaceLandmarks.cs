using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>
/// The 68 points of a drawn face. All but the jaw's are fixed points of the skin. The jaw's slide to the visible outline on the side that is
/// turned away, as people mark photographs.
/// </summary>
internal static class FaceLandmarks
{
    private const int Count = 68;

    // Heights of the jaw's points as shares of the chin's, from the eye's height to the chin.
    private static readonly float[] JawHeights = [0.0f, 0.186f, 0.356f, 0.525f, 0.678f, 0.797f, 0.892f, 0.965f, 0.995f];

    /// <summary>x0, y0, x1, y1, ... in the picture.</summary>
    public static float[] Project(FaceSurface surface, FacePose pose)
    {
        var points = new Vector2[Count];
        AddJaw(surface, pose, points.AsSpan(0, 17));
        AddFeatures(surface, pose, points);
        return [.. points.SelectMany(p => new[] { p.X, p.Y })];
    }

    private static void AddFeatures(FaceSurface surface, FacePose pose, Span<Vector2> points)
    {
        var (shape, curves) = (surface.Shape, new FaceCurves(surface.Shape));
        for (var i = 0; i < 5; i++)
        {
            var brow = curves.Brow(1 - (0.5f * i));
            points[17 + i] = At(-brow.X, brow.Y);
            points[26 - i] = At(brow.X, brow.Y);
        }
        for (var i = 0; i < 4; i++) points[27 + i] = At(0, FaceMath.Lerp(-0.02f, shape.NoseTip, i / 3f));
        for (var i = 0; i < 5; i++) points[31 + i] = At(shape.NoseWidth * (i - 2) * 0.43f, shape.NoseBase - (0.05f * Math.Abs(i - 2)));
        ReadOnlySpan<float> around = [1, 0.36f, -0.36f, -1, -0.36f, 0.36f];
        for (var i = 0; i < 6; i++)
        {
            var (q, mirror) = (around[i], i < 4 ? 45 - i : 51 - i);
            var y = i < 4 ? curves.UpperLid(q) : curves.LowerLid(q);
            points[36 + i] = At(-curves.EyeX(q), y);
            points[mirror] = At(curves.EyeX(q), y);
        }
        ReadOnlySpan<float> outer = [-1, -0.6f, -0.22f, 0, 0.22f, 0.6f, 1, 0.62f, 0.3f, 0, -0.3f, -0.62f];
        for (var i = 0; i < 12; i++) points[48 + i] = At(outer[i] * curves.MouthWidth, i < 7 ? curves.UpperOuter(outer[i]) : curves.LowerOuter(outer[i]));
        ReadOnlySpan<float> inner = [-0.86f, -0.3f, 0, 0.3f, 0.86f, 0.3f, 0, -0.3f];
        for (var i = 0; i < 8; i++) points[60 + i] = At(inner[i] * curves.MouthWidth, Inner(curves, inner[i], i));

        Vector2 At(float x, float y) => pose.Project(pose.Place(surface.FrontSeen(x, y)));
    }

    /// <summary>The inner corners lie between the lips, the rest on an edge.</summary>
    private static float Inner(FaceCurves curves, float q, int i) => i switch
    {
        0 or 4 => 0.5f * (curves.UpperInner(q) + curves.LowerInner(q)),
        < 4 => curves.UpperInner(q),
        _ => curves.LowerInner(q),
    };

    private static void AddJaw(FaceSurface surface, FacePose pose, Span<Vector2> points)
    {
        var right = pose.Direct(Vector3.UnitX);
        var outward = Vector2.Normalize(new Vector2(right.X, right.Y));
        for (var i = 0; i < 8; i++)
        {
            points[i] = Outline(surface, pose, JawHeights[i], -outward, -1);
            points[16 - i] = Outline(surface, pose, JawHeights[i], outward, 1);
        }
        points[8] = pose.Project(pose.Place(surface.Front(0, JawHeights[8] * surface.Shape.Chin)));
    }

    /// <summary>The outermost visible point of a cut between its rim and its front.</summary>
    private static Vector2 Outline(FaceSurface surface, FacePose pose, float height, Vector2 outward, int side)
    {
        const int Steps = 40;
        var y = height * surface.Shape.Chin;
        var cut = surface.Cut(y);
        var best = Vector2.Zero;
        var reach = float.MinValue;
        for (var i = 0; i < Steps; i++)
        {
            var point = pose.Project(pose.Place(surface.Front(side * cut.Width * (0.985f - (0.02f * i)), y, cut)));
            var distance = Vector2.Dot(point, outward);
            if (distance <= reach) continue;
            (best, reach) = (point, distance);
        }
        return best;
    }
}
