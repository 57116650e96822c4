using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>What a triangle is made of.</summary>
internal enum Material : byte
{
    /// <summary>The head: skin with all features, and hair above the hairline.</summary>
    Head,

    /// <summary>Ears and neck.</summary>
    Skin,

    /// <summary>Hair that hangs free.</summary>
    Hair,

    Cloth,

    Hat,

    /// <summary>A frame of glasses.</summary>
    Frame,

    /// <summary>A lens, drawn over what is behind it.</summary>
    Lens,
}

/// <summary>A corner of triangles.</summary>
/// <param name="Position">In the viewer's space.</param>
/// <param name="Normal">Outward, in the viewer's space, any length.</param>
/// <param name="Texture">x and y of the face as seen from the front, and the angle around the head: 0 in front, ±180 at the back.</param>
internal readonly record struct Vertex(Vector3 Position, Vector3 Normal, Vector3 Texture);

/// <summary>Corners <paramref name="A"/>, <paramref name="B"/>, <paramref name="C"/> by number.</summary>
internal readonly record struct Triangle(int A, int B, int C, Material Material);

/// <summary>Triangles of one picture; the lists are used again for the next.</summary>
internal sealed class Mesh
{
    public List<Vertex> Vertices { get; } = [];

    public List<Triangle> Triangles { get; } = [];

    public void Clear()
    {
        Vertices.Clear();
        Triangles.Clear();
    }

    /// <summary>
    /// Adds a surface over a grid of points, row by row, with normals from its neighbours: the cross product of the way along a row
    /// and the way to the next row.
    /// </summary>
    /// <param name="columns">Points a row.</param>
    /// <param name="points">Positions in the viewer's space.</param>
    /// <param name="textures">As many texture coordinates.</param>
    /// <param name="isRing">True where each row's last point is its first one again.</param>
    /// <param name="material">What it is made of.</param>
    public void AddGrid(int columns, ReadOnlySpan<Vector3> points, ReadOnlySpan<Vector3> textures, bool isRing, Material material)
    {
        var (first, rows) = (Vertices.Count, points.Length / columns);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var (left, right) = (Math.Max(column - 1, 0), Math.Min(column + 1, columns - 1));
                if (isRing && column is 0) left = columns - 2;
                if (isRing && column == columns - 1) right = 1;
                var (above, below) = (Math.Max(row - 1, 0), Math.Min(row + 1, rows - 1));
                var along = points[(row * columns) + right] - points[(row * columns) + left];
                var down = points[(below * columns) + column] - points[(above * columns) + column];
                var i = (row * columns) + column;
                Vertices.Add(new Vertex(points[i], Vector3.Cross(along, down), textures[i]));
                if (row == 0 || column == 0) continue;
                var at = first + i;
                Triangles.Add(new Triangle(at - columns - 1, at - columns, at, material));
                Triangles.Add(new Triangle(at - columns - 1, at, at - 1, material));
            }
        }
    }
}
