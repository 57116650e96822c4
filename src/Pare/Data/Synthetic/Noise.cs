namespace Pare.Data.Synthetic;

/// <summary>Smooth noise over the plane: random values at whole coordinates, blended in between.</summary>
internal static class Noise
{
    /// <summary>A value in [-1, 1].</summary>
    public static float At(float x, float y, uint seed)
    {
        var (column, row) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        var (u, v) = (x - column, y - row);
        (u, v) = (u * u * (3 - (2 * u)), v * v * (3 - (2 * v)));
        var (top, bottom) = (Lattice(column, row, seed), Lattice(column, row + 1, seed));
        top += u * (Lattice(column + 1, row, seed) - top);
        bottom += u * (Lattice(column + 1, row + 1, seed) - bottom);
        return top + (v * (bottom - top));
    }

    private static float Lattice(int column, int row, uint seed)
    {
        unchecked
        {
            var h = ((uint)column * 0x9E3779B1) ^ ((uint)row * 0x85EBCA77) ^ seed;
            h = (h ^ (h >> 15)) * 0x2C1B3C6D;
            h = (h ^ (h >> 12)) * 0x297A2D39;
            return ((h ^ (h >> 15)) * (2f / uint.MaxValue)) - 1;
        }
    }
}
