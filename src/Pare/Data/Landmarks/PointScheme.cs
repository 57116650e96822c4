using System.Collections.Immutable;

namespace Pare.Data.Landmarks;

/// <summary>
/// Which points of a face are marked, and in which order. "Left" is the left of the picture: the smaller x on an upright face.
/// Points are written x0, y0, x1, y1, ...
/// </summary>
public sealed record PointScheme
{
    /// <summary>Most coordinates that a face has.</summary>
    internal const int MaxValues = 2 * 98;

    private PointScheme(int count, ImmutableArray<int> mirror, ImmutableArray<int> leftEye, ImmutableArray<int> rightEye, int nose, (int Left, int Right) mouth) =>
        (Count, Mirror, LeftEye, RightEye, Nose, MouthCorners) = (count, mirror, leftEye, rightEye, nose, mouth);

    /// <summary>Left eye, right eye, tip of the nose, left and right corner of the mouth. (dlib has another five: corners of the eyes and the nose.)</summary>
    public static PointScheme Five { get; } = new(5, [1, 0, 2, 4, 3], [0], [1], 2, (3, 4));

    /// <summary>The 68 points of iBUG and 300-W (Sagonas et al., 2013), counted from 0: jaw, brows, nose, eyes, mouth.</summary>
    public static PointScheme Ibug { get; } = new(
        68,
        Mirrored(68, (0, 16), (17, 26), (31, 35), (36, 39, 45), (40, 41, 47), (48, 54), (55, 59), (60, 64), (65, 67)),
        [36, 37, 38, 39, 40, 41],
        [42, 43, 44, 45, 46, 47],
        30,
        (48, 54));

    /// <summary>The 98 points of WFLW (Wu et al., 2018), the pupils included.</summary>
    public static PointScheme Wflw { get; } = new(
        98,
        Mirrored(98, (0, 32), (33, 37, 46), (38, 41, 50), (55, 59), (60, 64, 72), (65, 67, 75), (76, 82), (83, 87), (88, 92), (93, 95), (96, 97)),
        [96],
        [97],
        54,
        (76, 82));

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>For each point the one that takes its place when the picture is flipped left to right.</summary>
    public ImmutableArray<int> Mirror { get; }

    /// <summary>The points whose mean is the centre of the left eye.</summary>
    public ImmutableArray<int> LeftEye { get; }

    /// <summary>The points whose mean is the centre of the right eye.</summary>
    public ImmutableArray<int> RightEye { get; }

    /// <summary>The tip of the nose.</summary>
    public int Nose { get; }

    /// <summary>The left and the right corner of the mouth.</summary>
    public (int Left, int Right) MouthCorners { get; }

    /// <summary>The scheme of a number of points.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static PointScheme Of(int count) =>
        TryOf(count) ?? throw new BadInputException($"{count} points make no known face; allowed are 5, 68 (iBUG) and 98 (WFLW)");

    internal static PointScheme? TryOf(int count) => count switch
    {
        5 => Five,
        68 => Ibug,
        98 => Wflw,
        _ => null,
    };

    /// <summary>The distance of the eyes' centres, by which errors are divided.</summary>
    public float EyeDistance(ReadOnlySpan<float> points)
    {
        var (left, right) = (CentreOf(points, LeftEye), CentreOf(points, RightEye));
        var (dx, dy) = (right.X - left.X, right.Y - left.Y);
        return MathF.Sqrt((dx * dx) + (dy * dy));
    }

    /// <summary>The mean distance of points from the truth, in the points' units.</summary>
    public static double MeanDistance(ReadOnlySpan<float> points, ReadOnlySpan<float> truth)
    {
        double sum = 0;
        for (var i = 0; i < truth.Length; i += 2)
        {
            var (x, y) = ((double)points[i] - truth[i], (double)points[i + 1] - truth[i + 1]);
            sum += Math.Sqrt((x * x) + (y * y));
        }
        return sum / (truth.Length / 2);
    }

    /// <summary>The five points that any scheme holds.</summary>
    public ImmutableArray<float> ToFive(ReadOnlySpan<float> points)
    {
        var (left, right) = (CentreOf(points, LeftEye), CentreOf(points, RightEye));
        var (corner, other) = (2 * MouthCorners.Left, 2 * MouthCorners.Right);
        return [left.X, left.Y, right.X, right.Y, points[2 * Nose], points[(2 * Nose) + 1], points[corner], points[corner + 1], points[other], points[other + 1]];
    }

    /// <summary>The points in another scheme: the same, or the five that any scheme holds.</summary>
    /// <exception cref="BadInputException">The other scheme has points that are not known.</exception>
    public ImmutableArray<float> In(PointScheme other, ImmutableArray<float> points) =>
        other == this ? points
        : other == Five ? ToFive(points.AsSpan())
        : throw new BadInputException($"the data has {Count} points, {other.Count} are asked for; {(this == Five ? "" : $"{Count} or ")}5 can be had");

    /// <summary>The points of the picture flipped left to right.</summary>
    /// <param name="points">The points.</param>
    /// <param name="width">The picture's width in pixels.</param>
    public ImmutableArray<float> Flip(ReadOnlySpan<float> points, float width)
    {
        var result = new float[2 * Count];
        for (var i = 0; i < Count; i++)
        {
            result[2 * i] = width - points[2 * Mirror[i]];
            result[(2 * i) + 1] = points[(2 * Mirror[i]) + 1];
        }
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(result);
    }

    /// <summary>The mean of some of the points.</summary>
    public static (float X, float Y) CentreOf(ReadOnlySpan<float> points, ImmutableArray<int> indices)
    {
        var (x, y) = (0f, 0f);
        foreach (var i in indices) (x, y) = (x + points[2 * i], y + points[(2 * i) + 1]);
        return (x / indices.Length, y / indices.Length);
    }

    /// <summary>Runs of points, each mirrored onto the run that ends at its last number: (first, last, end of the other), or onto itself.</summary>
    private static ImmutableArray<int> Mirrored(int count, params ReadOnlySpan<Run> runs)
    {
        var mirror = Enumerable.Range(0, count).ToArray();
        foreach (var run in runs)
        {
            for (var i = run.First; i <= run.Last; i++)
            {
                var other = run.End - (i - run.First);
                (mirror[i], mirror[other]) = (other, i);
            }
        }
        return [.. mirror];
    }

    private readonly record struct Run(int First, int Last, int End)
    {
        public static implicit operator Run((int First, int Last) run) => new(run.First, run.Last, run.Last);

        public static implicit operator Run((int First, int Last, int End) run) => new(run.First, run.Last, run.End);
    }
}
