using System.Collections.Immutable;
using Pare.Data.Landmarks;

namespace Pare.Data.Synthetic;

/// <summary>
/// The built-in landmark set: heads drawn from a seed, each with its own shape, expression, pose, skin, hair, light and surroundings, and
/// with exact 68 points. Needs no download, and is the same for a seed on every run.
/// </summary>
public static class Faces
{
    /// <summary>The name by which <see cref="LandmarkSource.Open"/> knows it.</summary>
    public const string Name = "faces";

    /// <summary>Width and height of a picture.</summary>
    public const int Side = 112;

    private const int TrainCount = 8000;
    private const int ValidationCount = 1000;
    private const int TestCount = 1000;
    private const int PictureBytes = Side * Side * 3;

    /// <summary>Faces that a thread draws before it asks for more.</summary>
    private const int Run = 16;

    /// <summary>Draws 8,000 faces for training, 1,000 for validation and 1,000 for testing, and holds them in memory: some 380 MB.</summary>
    /// <param name="seed">Fixes every picture.</param>
    /// <param name="threads">Threads that draw; the pictures do not depend on it.</param>
    public static LandmarkSplits Open(ulong seed, int threads) => Open(seed, threads, TrainCount, ValidationCount, TestCount);

    /// <summary>The same with other numbers of faces. The first faces of a seed are the same however many follow.</summary>
    public static LandmarkSplits Open(ulong seed, int threads, int train, int validation, int test)
    {
        var photos = new LandmarkPhoto[train + validation + test];
        Ordered.For((photos.Length + Run - 1) / Run, threads, run =>
        {
            var painter = new FacePainter();
            for (var i = run * Run; i < Math.Min((run + 1) * Run, photos.Length); i++) photos[i] = Draw(painter, seed, i);
        });
        return new LandmarkSplits(Name, Range(0, train), Range(train, validation), Range(train + validation, test)) { HasOwnTest = true };

        LandmarkSet Range(int first, int count) => new(Name, PointScheme.Ibug, [.. photos.AsSpan(first, count)]);
    }

    /// <summary>One face of a seed.</summary>
    public static LandmarkPhoto Draw(ulong seed, int index) => Draw(new FacePainter(), seed, index);

    private static LandmarkPhoto Draw(FacePainter painter, ulong seed, int index)
    {
        var rgb = new byte[PictureBytes];
        ImmutableArray<float> points = [.. painter.Paint(new RandomStream(seed, (ulong)index), rgb)];
        var picture = new Picture(Side, Side, rgb);
        return new LandmarkPhoto($"{Name}/{index}", points, FaceBox.Around(points.AsSpan()), picture.Size, () => picture);
    }
}
