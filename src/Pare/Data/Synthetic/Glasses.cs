using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>A pair of glasses.</summary>
/// <param name="Width">Half a lens's width.</param>
/// <param name="Height">Half its height.</param>
/// <param name="Corners">Exponent of its outline: 2 round, above that boxy.</param>
/// <param name="Rim">The rim's thickness.</param>
/// <param name="Frame">The frame's colour in linear light.</param>
/// <param name="Tint">The lens's colour in linear light.</param>
/// <param name="Opacity">How much the lens hides, 0 to 1.</param>
internal sealed record Glasses(float Width, float Height, float Corners, float Rim, Vector3 Frame, Vector3 Tint, float Opacity)
{
    private const int Segments = 24;

    public static Glasses Draw(ref RandomStream random)
    {
        var isDark = random.Uniform() < 0.25;
        var frame = random.Uniform() < 0.6 ? new Vector3((float)random.Uniform(0.02, 0.2)) : FaceLook.Any(ref random);
        return new Glasses(
            (float)random.Uniform(0.62, 0.82),
            (float)random.Uniform(0.4, 0.64),
            (float)random.Uniform(2, 5),
            (float)random.Uniform(0.04, 0.13),
            FaceLook.Linear(frame),
            isDark ? FaceLook.Linear(new Vector3((float)random.Uniform(0.03, 0.25))) : new Vector3(0.75f),
            isDark ? (float)random.Uniform(0.75, 0.97) : (float)random.Uniform(0, 0.22));
    }

    /// <summary>Adds rims, lenses, bridge and temples to a face.</summary>
    public void AddTo(Mesh mesh, FaceSurface surface, FacePose pose)
    {
        Span<Vector3> ring = stackalloc Vector3[(Segments + 1) * 2];
        Span<Vector3> textures = stackalloc Vector3[(Segments + 1) * 2];
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            Ring(surface, pose, side, 1, 1 + (Rim / Height), ring);
            mesh.AddGrid(Segments + 1, ring, textures, isRing: true, Material.Frame);
            Ring(surface, pose, side, 0, 1, ring);
            mesh.AddGrid(Segments + 1, ring, textures, isRing: true, Material.Lens);
            AddBar(mesh, pose, Place(surface, side * (1.03f + Width), -0.1f), new Vector3(side * (surface.Shape.Width + 0.06f), 0.05f, -2.3f), new(0, Rim, 0));
        }
        AddBar(mesh, pose, Place(surface, -(1.03f - Width), -0.05f), Place(surface, 1.03f - Width, -0.05f), new(0, Rim, 0));
    }

    private void Ring(FaceSurface surface, FacePose pose, int side, float inner, float outer, Span<Vector3> ring)
    {
        for (var i = 0; i <= Segments; i++)
        {
            var (sin, cos) = MathF.SinCos(2 * MathF.PI * (i % Segments) / Segments);
            var (x, y) = (Width * Bent(cos), Height * Bent(sin));
            ring[i] = pose.Place(Place(surface, side * (1.03f + (outer * x)), 0.1f + (outer * y)));
            ring[Segments + 1 + i] = pose.Place(Place(surface, side * (1.03f + (inner * x)), 0.1f + (inner * y)));
        }
    }

    private float Bent(float value) => MathF.CopySign(MathF.Pow(Math.Abs(value), 2 / Corners), value);

    /// <summary>On the plane of the lenses, bent around the face.</summary>
    private static Vector3 Place(FaceSurface surface, float x, float y) => new(x, y, 0.5f + (0.25f * surface.Shape.NoseHeight) - (0.1f * x * x) - (0.06f * y));

    private static void AddBar(Mesh mesh, FacePose pose, Vector3 from, Vector3 to, Vector3 half)
    {
        ReadOnlySpan<Vector3> points = [pose.Place(from - half), pose.Place(to - half), pose.Place(from + half), pose.Place(to + half)];
        mesh.AddGrid(2, points, stackalloc Vector3[4], isRing: false, Material.Frame);
    }
}
