using System.Collections.Immutable;

namespace Pare.Data.Landmarks;

/// <summary>
/// One marked face in a photo. Coordinates are in pixels with (0, 0) at the picture's top left corner, so the centre of the top left pixel
/// is (0.5, 0.5), and a flip takes x to width - x. Points may lie outside the picture where it cuts the face.
/// </summary>
/// <param name="name">Where it comes from, for messages.</param>
/// <param name="points">x0, y0, x1, y1, ... in the set's scheme.</param>
/// <param name="box">The face's box.</param>
/// <param name="size">The photo's size, known without decoding it again.</param>
/// <param name="picture">Decodes the photo; safe from several threads at once.</param>
public sealed class LandmarkPhoto(string name, ImmutableArray<float> points, FaceBox box, PictureSize size, Func<Picture> picture)
{
    public string Name => name;

    public ImmutableArray<float> Points => points;

    /// <summary>The box that came with the points where that lies around their middle, else the points' own.</summary>
    public FaceBox Box => box;

    public PictureSize Size => size;

    /// <summary>The photo, decoded or drawn now unless it was kept.</summary>
    public Picture Picture() => picture();
}

/// <summary>Marked faces, all in one scheme.</summary>
public sealed record LandmarkSet(string Name, PointScheme Scheme, ImmutableArray<LandmarkPhoto> Photos)
{
    /// <summary>The same faces in another scheme.</summary>
    /// <exception cref="BadInputException">The other scheme has points that are not known.</exception>
    public LandmarkSet In(PointScheme other) => other == Scheme
        ? this
        : new LandmarkSet(Name, other, [.. Photos.Select(p => new LandmarkPhoto(p.Name, Scheme.In(other, p.Points), p.Box, p.Size, p.Picture))]);
}

/// <summary>A landmark set's three parts. Every choice is made on <see cref="Validation"/>; <see cref="Test"/> is for reporting.</summary>
public sealed record LandmarkSplits(string Name, LandmarkSet Train, LandmarkSet Validation, LandmarkSet Test)
{
    /// <summary>True where the data came with a test part of its own; false where Pare split it off.</summary>
    public required bool HasOwnTest { get; init; }

    public PointScheme Scheme => Train.Scheme;

    /// <summary>The same faces in another scheme.</summary>
    /// <exception cref="BadInputException">The other scheme has points that are not known.</exception>
    public LandmarkSplits In(PointScheme other) => this with { Train = Train.In(other), Validation = Validation.In(other), Test = Test.In(other) };
}
