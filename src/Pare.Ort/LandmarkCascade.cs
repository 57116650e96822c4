using System.Collections.Immutable;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>The points of one face, in the picture's coordinates.</summary>
/// <param name="Rough">What the first level found.</param>
/// <param name="Fine">What the second level made of it; the same as <paramref name="Rough"/> where there is no second level.</param>
/// <param name="Crop">What the second level looked at; null where there is none.</param>
public sealed record LandmarkDetection(ImmutableArray<float> Rough, ImmutableArray<float> Fine, Crop? Crop);

/// <summary>
/// Finds the landmarks of the one face in a picture in two steps: the first level looks at the whole picture (or the part that a face detector gives) and finds them roughly, the
/// second looks at a crop about the nose and finds them finely. Not for several threads at once.
/// </summary>
public sealed class LandmarkCascade : IDisposable
{
    private readonly Level _first;
    private readonly Level? _second;

    /// <param name="first">The network of the first level.</param>
    /// <param name="second">The network of the second level; null for the first alone.</param>
    /// <exception cref="BadInputException">A network has another form, or the two have different points.</exception>
    public LandmarkCascade(Model first, Model? second, OrtOptions? options = null)
        : this(first, LandmarkLevel.Of(first, CropRule.Whole), second, second is null ? null : LandmarkLevel.Of(second, CropRule.AroundNose), options)
    {
    }

    /// <summary>The same with levels that are given rather than read from the models.</summary>
    /// <exception cref="BadInputException">The two levels have different points.</exception>
    public LandmarkCascade(Model first, LandmarkLevel firstLevel, Model? second, LandmarkLevel? secondLevel, OrtOptions? options = null)
    {
        if (secondLevel is not null && secondLevel.Scheme != firstLevel.Scheme)
            throw new BadInputException($"level 1 has {firstLevel.Scheme.Count} points and level 2 has {secondLevel.Scheme.Count}; both need the same");
        Scheme = firstLevel.Scheme;
        _first = new Level(first, firstLevel, options);
        try
        {
            _second = second is null ? null : new Level(second, secondLevel!, options);
        }
        catch
        {
            _first.Dispose();
            throw;
        }
    }

    /// <summary>The points that both levels find.</summary>
    public PointScheme Scheme { get; }

    /// <summary>Finds the points.</summary>
    /// <param name="part">What the first level looks at, as a face detector may say; null for the whole picture.</param>
    /// <exception cref="BadInputException">The first level found no face: the second one's crop would be empty.</exception>
    public LandmarkDetection Detect(Picture picture, Crop? part = null)
    {
        var rough = _first.Find(picture, part ?? Crop.Whole(picture.Size));
        return Refine(picture, rough, _second?.CropOf(picture, rough.AsSpan()));
    }

    /// <summary>Finds the points; where the first level found no face, its points stand for both.</summary>
    public LandmarkDetection DetectOrRough(Picture picture, Crop? part = null)
    {
        var rough = _first.Find(picture, part ?? Crop.Whole(picture.Size));
        return Refine(picture, rough, _second?.TryCrop(picture, rough.AsSpan()));
    }

    /// <summary>
    /// The crops that the second level is trained and judged on: cut by what the first level finds in each photo, or the whole photo
    /// where it finds nothing.
    /// </summary>
    /// <param name="first">The network of the first level.</param>
    /// <param name="photos">The photos.</param>
    /// <param name="rule">How crops are cut.</param>
    public static Crop[] CropsBy(Model first, LandmarkSet photos, CropRule rule, OrtOptions? options = null)
    {
        using var level = new Level(first, LandmarkLevel.Of(first, CropRule.Whole), options);
        return [.. photos.Photos.Select(photo =>
        {
            var picture = photo.Picture();
            var rough = level.Find(picture, Crop.Whole(picture.Size));
            return rule.TryOf(picture.Size, photos.Scheme, rough.AsSpan()) ?? Crop.Whole(picture.Size);
        })];
    }

    private LandmarkDetection Refine(Picture picture, ImmutableArray<float> rough, Crop? crop) =>
        new(rough, crop is { } seen ? _second!.Find(picture, seen) : rough, crop);

    public void Dispose()
    {
        _first.Dispose();
        _second?.Dispose();
    }

    private sealed class Level(Model model, LandmarkLevel level, OrtOptions? options) : IDisposable
    {
        private readonly PictureSize _size = level.Preprocess.Geometry.Size!.Value;
        private readonly Predictor _predictor = new(model, [3, level.Preprocess.Geometry.Size!.Value.Height, level.Preprocess.Geometry.Size!.Value.Width], options);
        private readonly float[] _values = new float[3 * level.Preprocess.Geometry.Size!.Value.Width * level.Preprocess.Geometry.Size!.Value.Height];

        public Crop CropOf(Picture picture, ReadOnlySpan<float> points) => level.Crop.Of(picture.Size, level.Scheme, points);

        public Crop? TryCrop(Picture picture, ReadOnlySpan<float> points) => level.Crop.TryOf(picture.Size, level.Scheme, points);

        public ImmutableArray<float> Find(Picture picture, Crop crop)
        {
            CropSampler.Cut(picture, crop, _size, level.Preprocess.Geometry.Channels, _values);
            level.Preprocess.Apply(_values, [3, _size.Height, _size.Width]);
            var found = _predictor.Run(_values, 1)[0].Floats;
            var points = new float[2 * level.Scheme.Count];
            for (var i = 0; i < points.Length; i += 2) (points[i], points[i + 1]) = crop.Back(found[i], found[i + 1]);
            return [.. points];
        }

        public void Dispose() => _predictor.Dispose();
    }
}
