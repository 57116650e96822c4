using System.Collections.Immutable;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>How well points are found.</summary>
/// <param name="ByEyes">Each photo's mean distance of a point from the truth, over the distance of the eyes.</param>
/// <param name="ByBox">The same over the diagonal of the face's box.</param>
public sealed record LandmarkScore(IReadOnlyList<float> ByEyes, IReadOnlyList<float> ByBox)
{
    /// <summary>Errors above this count as failures (Sagonas et al. 2013 and after).</summary>
    public const double FailureBound = 0.08;

    /// <summary>Normalised mean error by the distance of the eyes.</summary>
    public double Nme => ByEyes.Count == 0 ? 0 : ByEyes.Average(e => (double)e);

    /// <summary>Normalised mean error by the box's diagonal.</summary>
    public double NmeByBox => ByBox.Count == 0 ? 0 : ByBox.Average(e => (double)e);

    /// <summary>The cumulative error curve by the distance of the eyes.</summary>
    public ErrorCurve Curve => new(ByEyes);
}

/// <summary>Scores of a cascade on photos: the first level alone, and both.</summary>
public sealed record CascadeScore(LandmarkScore Rough, LandmarkScore Fine)
{
    /// <summary>Scores a cascade. Where the first level finds no face, its points stand for both.</summary>
    /// <param name="aroundBox">Lets the first level look at a square of this many times the face's box, as behind a face detector; null for whole photos.</param>
    /// <exception cref="BadInputException">The networks have another number of points than the photos.</exception>
    public static CascadeScore Of(LandmarkCascade cascade, LandmarkSet photos, double? aroundBox = null, IProgress<double>? progress = null)
    {
        if (cascade.Scheme != photos.Scheme) throw new BadInputException($"the cascade finds {cascade.Scheme.Count} points, the data has {photos.Scheme.Count}");
        var (rough, fine) = (new List<(float, float)>(), new List<(float, float)>());
        foreach (var photo in photos.Photos)
        {
            var found = cascade.DetectOrRough(photo.Picture(), aroundBox is { } factor ? photo.Box.Square(factor) : null);
            rough.Add(Errors(found.Rough, photo, photos.Scheme));
            fine.Add(Errors(found.Fine, photo, photos.Scheme));
            progress?.Report((double)fine.Count / photos.Photos.Length);
        }
        return new(ScoreOf(rough), ScoreOf(fine));
    }

    private static (float ByEyes, float ByBox) Errors(ImmutableArray<float> points, LandmarkPhoto photo, PointScheme scheme)
    {
        var distance = (float)PointScheme.MeanDistance(points.AsSpan(), photo.Points.AsSpan());
        return (distance / scheme.EyeDistance(photo.Points.AsSpan()), distance / MathF.Sqrt(photo.Box.Width * photo.Box.Width + photo.Box.Height * photo.Box.Height));
    }

    private static LandmarkScore ScoreOf(List<(float ByEyes, float ByBox)> errors) => new(errors.ConvertAll(e => e.ByEyes), errors.ConvertAll(e => e.ByBox));
}
