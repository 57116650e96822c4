using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>The triangles of a head with ears, neck, shoulders and hanging hair.</summary>
internal static class FaceMesh
{
    // Shares of a cut's half width, denser in the middle where the nose is; mirrored for the left half.
    private static readonly float[] Across = [0, 0.04f, 0.08f, 0.12f, 0.165f, 0.21f, 0.26f, 0.32f, 0.39f, 0.46f, 0.53f, 0.6f, 0.68f, 0.76f, 0.83f, 0.89f, 0.94f, 0.975f, 1];

    private static readonly float[] Depths = [.. Across.Select(FaceSurface.Depth)];

    private const int BackColumns = 9;
    private const int CrownRows = 16;
    private const int FaceRows = 38;

    private static int FrontColumns => (2 * Across.Length) - 1;

    private static int Columns => FrontColumns + BackColumns + 1;

    /// <summary>Fills the mesh.</summary>
    public static void Build(Mesh mesh, FaceSurface surface, FaceLook look, FacePose pose)
    {
        mesh.Clear();
        AddHead(mesh, surface, look.Style, pose);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1]) AddEar(mesh, surface, side, pose);
        AddBody(mesh, pose);
        if (look.Style.Length > 0) AddCurtain(mesh, surface, look, pose);
        if (look.Style.Hat == 2) AddPeak(mesh, surface, pose);
        look.Glasses?.AddTo(mesh, surface, pose);
    }

    private static void AddHead(Mesh mesh, FaceSurface surface, HairStyle style, FacePose pose)
    {
        var points = new Vector3[Columns * (CrownRows + FaceRows)];
        var textures = new Vector3[points.Length];
        for (var row = 0; row < CrownRows + FaceRows; row++)
        {
            var y = RowHeight(surface.Shape, row);
            var cut = surface.Cut(y);
            for (var column = 0; column < Columns; column++)
            {
                var (point, angle) = column < FrontColumns ? FrontPoint(surface, cut, column, y) : BackPoint(surface, cut, column, y);
                var outward = Vector3.Normalize(new Vector3(point.X, (point.Y - 0.2f) * 0.8f, point.Z + 2.4f) + new Vector3(0, 0, 1e-4f));
                textures[(row * Columns) + column] = new(point.X, point.Y, angle);
                points[(row * Columns) + column] = pose.Place(point + (outward * style.Lift(angle, y)));
            }
        }
        mesh.AddGrid(Columns, points, textures, isRing: true, Material.Head);
    }

    /// <summary>Rows are dense where the crown and the chin curve, and even in between.</summary>
    private static float RowHeight(FaceShape shape, int row)
    {
        if (row < CrownRows)
        {
            var t = row / (float)CrownRows;
            return FaceMath.Lerp(shape.Top, -0.6f, t * t * (2 - t));
        }
        var s = (row - CrownRows) / (float)(FaceRows - 1);
        return FaceMath.Lerp(-0.6f, shape.Chin, s * (1.25f - (0.25f * s)));
    }

    private static (Vector3 Point, float Angle) FrontPoint(FaceSurface surface, FaceCut cut, int column, float y)
    {
        var i = column - (Across.Length - 1);
        var (u, depth) = (MathF.CopySign(Across[Math.Abs(i)], i), Depths[Math.Abs(i)]);
        var x = u * cut.Width;
        var point = new Vector3(x, surface.Shape.Dropped(y), cut.Side + ((cut.Front - cut.Side) * depth) + (surface.Relief(x, y) * Math.Min(depth * 2, 1)));
        return (point, MathF.Atan2(u, depth) * (180 / MathF.PI));
    }

    private static (Vector3 Point, float Angle) BackPoint(FaceSurface surface, FaceCut cut, int column, float y)
    {
        var angle = 90 + (180f * (column - FrontColumns + 1) / (BackColumns + 1));
        var (sin, cos) = MathF.SinCos(angle * (MathF.PI / 180));
        var point = new Vector3(cut.Width * sin, surface.Shape.Dropped(y), cut.Side + ((cut.Side - cut.Back) * cos));
        return (point, angle > 180 ? angle - 360 : angle);
    }

    private static void AddEar(Mesh mesh, FaceSurface surface, int side, FacePose pose)
    {
        const int Rows = 7;
        const int Ring = 9;
        Span<Vector3> points = stackalloc Vector3[Rows * Ring];
        Span<Vector3> textures = stackalloc Vector3[Rows * Ring];
        var centre = new Vector3(side * (surface.Shape.Width + 0.06f), 0.55f, -2.35f);
        for (var i = 0; i < points.Length; i++)
        {
            var (sin, cos) = MathF.SinCos(MathF.PI * (i / Ring) / (Rows - 1));
            var (across, along) = MathF.SinCos(2 * MathF.PI * (i % Ring) / (Ring - 1));
            var (depth, outward) = (0.38f * sin * along * (1 - (0.25f * -cos)), 0.2f * sin * across);
            points[i] = pose.Place(centre + new Vector3(outward - (side * 0.35f * depth), -0.72f * cos, depth));
            textures[i] = new(side * 8, centre.Y - (0.72f * cos), side * 90);
        }
        mesh.AddGrid(Ring, points, textures, isRing: true, Material.Skin);
    }

    private static void AddBody(Mesh mesh, FacePose pose)
    {
        const int Ring = 17;
        ReadOnlySpan<float> heights = [1.6f, 2.4f, 3.4f, 4.2f, 4.7f, 5.1f, 5.5f, 6.1f, 7.5f, 60];
        ReadOnlySpan<float> widths = [1.3f, 1.35f, 1.35f, 1.45f, 1.9f, 3.1f, 4.8f, 6, 6.7f, 8];
        ReadOnlySpan<float> depths = [1.2f, 1.25f, 1.25f, 1.3f, 1.5f, 1.7f, 1.9f, 2.1f, 2.4f, 2.6f];
        const int NeckRows = 5;
        Span<Vector3> points = stackalloc Vector3[Ring * heights.Length];
        Span<Vector3> textures = stackalloc Vector3[points.Length];
        for (var i = 0; i < points.Length; i++)
        {
            var row = i / Ring;
            var angle = 2 * MathF.PI * (i % Ring) / (Ring - 1);
            var (sin, cos) = MathF.SinCos(angle);
            points[i] = pose.Place(new(widths[row] * sin, heights[row], (depths[row] * cos) - 2.5f), isBody: true);
            textures[i] = new(20 + (sin * widths[row]), heights[row], 0);
        }
        mesh.AddGrid(Ring, points[..(Ring * NeckRows)], textures[..(Ring * NeckRows)], isRing: true, Material.Skin);
        mesh.AddGrid(Ring, points[(Ring * (NeckRows - 1))..], textures[(Ring * (NeckRows - 1))..], isRing: true, Material.Cloth);
    }

    /// <summary>Hair that hangs from the temples around the back.</summary>
    private static void AddCurtain(Mesh mesh, FaceSurface surface, FaceLook look, FacePose pose)
    {
        const int Rows = 12;
        const int Arc = 23;
        Span<Vector3> points = stackalloc Vector3[Rows * Arc];
        Span<Vector3> textures = stackalloc Vector3[Rows * Arc];
        var style = look.Style;
        for (var i = 0; i < points.Length; i++)
        {
            var t = (i / Arc) / (float)(Rows - 1);
            var opening = style.Opening - (12 * FaceMath.Step(0, 0.4f, t));
            var angle = FaceMath.Lerp(opening, 360 - opening, (i % Arc) / (float)(Arc - 1));
            var y = FaceMath.Lerp(-1.9f, style.Length + (0.7f * style.Wave * Noise.At(angle * 0.06f, 5, look.Seed)), t);
            var cut = surface.Cut(Math.Min(y, 0.6f));
            var (sin, cos) = MathF.SinCos(angle * (MathF.PI / 180));
            var lift = (style.Volume * 0.8f) + 0.1f + (0.12f * style.Wave * Noise.At(angle * 0.05f, y * 1.4f, look.Seed)) + (0.25f * t);
            var depth = cos > 0 ? cut.Front - cut.Side : cut.Side - cut.Back;
            points[i] = pose.Place(new((cut.Width + lift) * sin, y, cut.Side + ((depth + lift) * cos)));
            textures[i] = new(points[i].X, y, angle > 180 ? angle - 360 : angle);
        }
        mesh.AddGrid(Arc, points, textures, isRing: false, Material.Hair);
    }

    private static void AddPeak(Mesh mesh, FaceSurface surface, FacePose pose)
    {
        const int Arc = 15;
        Span<Vector3> points = stackalloc Vector3[2 * Arc];
        var y = HairStyle.HatLine(0) + 0.02f;
        for (var i = 0; i < Arc; i++)
        {
            var x = surface.Shape.Width * 0.85f * (i - (Arc / 2)) / (Arc / 2);
            var edge = surface.Front(x, y) + new Vector3(0, 0, 0.1f);
            points[i] = pose.Place(edge);
            points[Arc + i] = pose.Place(edge + new Vector3(0, 0.15f + (0.06f * x * x), 1.5f - (0.25f * x * x)));
        }
        mesh.AddGrid(Arc, points, stackalloc Vector3[2 * Arc], isRing: false, Material.Hat);
    }
}
