namespace Pare;

/// <summary>Matrices as arrays, row by row.</summary>
internal static class Matrix
{
    /// <summary>The transposed matrix, columns x rows.</summary>
    public static T[] Transposed<T>(ReadOnlySpan<T> values, int rows, int columns)
    {
        var turned = new T[values.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c];
        return turned;
    }
}
