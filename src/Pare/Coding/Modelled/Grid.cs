namespace Pare.Coding.Modelled;

/// <summary>How a tensor's elements lie: rows (the first dimension) of <paramref name="Width"/> elements, the innermost <paramref name="Kernel"/> of which belong together.</summary>
/// <param name="Width">Elements a row; at least 1.</param>
/// <param name="Kernel">Elements of one convolution kernel; 1 where there is none.</param>
internal readonly record struct Grid(int Width, int Kernel)
{
    /// <summary>The grid of a shape [rows, channels, kernel...]; one row where the shape does not fit the count.</summary>
    public static Grid Of(IReadOnlyList<long> shape, long count)
    {
        if (count is <= 0 or > int.MaxValue) return new(1, 1);
        long product = 1;
        foreach (var d in shape)
            if (d <= 0 || (product *= d) > count) return new((int)count, 1);
        if (product != count || shape.Count < 2) return new((int)count, 1);
        long kernel = 1;
        for (var i = 2; i < shape.Count; i++) kernel *= shape[i];
        return new((int)(count / shape[0]), (int)kernel);
    }
}
