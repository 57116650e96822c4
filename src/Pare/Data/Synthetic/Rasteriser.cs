using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>Which triangle is seen at each sample of a square picture, by depth.</summary>
internal sealed class Rasteriser(int side)
{
    /// <summary>No triangle.</summary>
    public const int None = -1;

    private readonly float[] _depths = new float[side * side];
    private readonly int[] _triangles = new int[side * side];
    private readonly Vector2[] _weights = new Vector2[side * side];
    private Vector3[] _corners = [];

    public int Side => side;

    /// <summary>The triangle seen at each sample, or <see cref="None"/>.</summary>
    public ReadOnlySpan<int> Triangles => _triangles;

    /// <summary>Shares of a triangle's second and third corner at each sample that shows it.</summary>
    public ReadOnlySpan<Vector2> Weights => _weights;

    /// <summary>Draws the triangles in the viewer's space. Depth grows toward the viewer.</summary>
    /// <param name="mesh">The triangles.</param>
    /// <param name="pose">The view.</param>
    /// <param name="samples">Samples a pixel along a side.</param>
    /// <param name="isWanted">The materials to draw.</param>
    /// <param name="behind">Where given, only what lies in front of it is drawn.</param>
    public void Draw(Mesh mesh, FacePose pose, float samples, Func<Material, bool> isWanted, Rasteriser? behind = null)
    {
        if (behind is null) Array.Fill(_depths, float.MinValue);
        else behind._depths.CopyTo(_depths, 0);
        Array.Fill(_triangles, None);
        if (_corners.Length < mesh.Vertices.Count) _corners = new Vector3[mesh.Vertices.Count * 2];
        for (var i = 0; i < mesh.Vertices.Count; i++)
        {
            var position = mesh.Vertices[i].Position;
            _corners[i] = new(pose.Project(position) * samples, position.Z);
        }
        for (var i = 0; i < mesh.Triangles.Count; i++)
        {
            if (isWanted(mesh.Triangles[i].Material)) Draw(mesh.Triangles[i], i);
        }
    }

    private void Draw(Triangle triangle, int index)
    {
        var (p, q, r) = (_corners[triangle.A], _corners[triangle.B], _corners[triangle.C]);
        var (e1, e2) = (q - p, r - p);
        var area = (e1.X * e2.Y) - (e1.Y * e2.X);
        if (Math.Abs(area) < 1e-8f || (area < 0 && IsClosed(triangle.Material))) return;
        var (low, high) = (Vector3.Min(p, Vector3.Min(q, r)), Vector3.Max(p, Vector3.Max(q, r)));
        var (left, right) = (Math.Max((int)MathF.Ceiling(low.X - 0.5f), 0), Math.Min((int)MathF.Floor(high.X - 0.5f), side - 1));
        var (top, bottom) = (Math.Max((int)MathF.Ceiling(low.Y - 0.5f), 0), Math.Min((int)MathF.Floor(high.Y - 0.5f), side - 1));
        var inverse = 1 / area;
        var (stepU, stepV) = (e2.Y * inverse, -e1.Y * inverse);
        for (var y = top; y <= bottom; y++)
        {
            var (dx, dy) = (left + 0.5f - p.X, y + 0.5f - p.Y);
            var (u, v) = (((dx * e2.Y) - (dy * e2.X)) * inverse, ((e1.X * dy) - (e1.Y * dx)) * inverse);
            for (var x = left; x <= right; x++, u += stepU, v += stepV)
            {
                if (u < 0 || v < 0 || u + v > 1) continue;
                var z = p.Z + (u * e1.Z) + (v * e2.Z);
                var at = (y * side) + x;
                if (z <= _depths[at]) continue;
                _depths[at] = z;
                _triangles[at] = index;
                _weights[at] = new(u, v);
            }
        }
    }

    /// <summary>True for what can be seen from outside only.</summary>
    private static bool IsClosed(Material material) => material is Material.Head or Material.Skin or Material.Cloth;
}
