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
    private Vector2[] _corners = [];

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
        if (_corners.Length < mesh.Vertices.Count) _corners = new Vector2[mesh.Vertices.Count * 2];
        for (var i = 0; i < mesh.Vertices.Count; i++) _corners[i] = pose.Project(mesh.Vertices[i].Position) * samples;
        for (var i = 0; i < mesh.Triangles.Count; i++)
        {
            if (isWanted(mesh.Triangles[i].Material)) Draw(mesh, i);
        }
    }

    private void Draw(Mesh mesh, int index)
    {
        var (a, b, c, _) = mesh.Triangles[index];
        var (p, q, r) = (_corners[a], _corners[b], _corners[c]);
        var (e1, e2) = (q - p, r - p);
        var area = (e1.X * e2.Y) - (e1.Y * e2.X);
        if (Math.Abs(area) < 1e-8f) return;
        var (low, high) = (Vector2.Min(p, Vector2.Min(q, r)), Vector2.Max(p, Vector2.Max(q, r)));
        var (left, right) = (Math.Max((int)MathF.Ceiling(low.X - 0.5f), 0), Math.Min((int)MathF.Floor(high.X - 0.5f), side - 1));
        var (top, bottom) = (Math.Max((int)MathF.Ceiling(low.Y - 0.5f), 0), Math.Min((int)MathF.Floor(high.Y - 0.5f), side - 1));
        var inverse = 1 / area;
        var depth = mesh.Vertices[a].Position.Z;
        var (depthQ, depthR) = (mesh.Vertices[b].Position.Z - depth, mesh.Vertices[c].Position.Z - depth);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (dx, dy) = (x + 0.5f - p.X, y + 0.5f - p.Y);
                var u = ((dx * e2.Y) - (dy * e2.X)) * inverse;
                var v = ((e1.X * dy) - (e1.Y * dx)) * inverse;
                if (u < 0 || v < 0 || u + v > 1) continue;
                var z = depth + (u * depthQ) + (v * depthR);
                var at = (y * side) + x;
                if (z <= _depths[at]) continue;
                _depths[at] = z;
                _triangles[at] = index;
                _weights[at] = new(u, v);
            }
        }
    }
}
