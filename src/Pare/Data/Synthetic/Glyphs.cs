namespace Pare.Data.Synthetic;

/// <summary>
/// The built-in set: ten glyphs drawn from stroke skeletons, 28x28 grey, each bent, slanted, turned, thick or thin, blurred, cluttered and
/// noisy in its own way. Needs no download, and is the same for a seed on every run.
/// </summary>
public static class Glyphs
{
    /// <summary>The name by which <see cref="DataSource.Open"/> knows it.</summary>
    public const string Name = "glyphs";

    /// <summary>Width and height of a picture.</summary>
    public const int Side = 28;

    private const int TrainCount = 10000;
    private const int ValidationCount = 6000;
    private const int TestCount = 6000;

    /// <summary>Draws 10,000 pictures for training, 6,000 for validation and 6,000 for testing, every class equally often.</summary>
    /// <param name="seed">Fixes every picture.</param>
    /// <param name="threads">Threads that draw; the pictures do not depend on it.</param>
    public static DataSplits Draw(ulong seed, int threads)
    {
        var all = Draw(seed, threads, TrainCount + ValidationCount + TestCount);
        return new DataSplits(Name, Range(0, TrainCount), Range(TrainCount, ValidationCount), Range(TrainCount + ValidationCount, TestCount)) { HasOwnTest = true, All = all };

        Subset Range(int first, int count) => new(all, [.. Enumerable.Range(first, count)]);
    }

    /// <summary>The first <paramref name="count"/> pictures of a seed.</summary>
    internal static ByteDataset Draw(ulong seed, int threads, int count)
    {
        const int Pixels = Side * Side;
        var shapes = GlyphShape.All;
        var pixels = new byte[count * Pixels];
        Ordered.For(count, threads, i => new GlyphPainter(new RandomStream(seed, (ulong)i)).Paint(shapes[i % shapes.Length], pixels.AsSpan(i * Pixels, Pixels)));
        return new ByteDataset(pixels, [.. Enumerable.Range(0, count).Select(i => i % shapes.Length)], [1, Side, Side], [.. shapes.Select(s => s.Name)]);
    }
}
