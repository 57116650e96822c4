using System.Globalization;

namespace Pare.Data.Landmarks;

/// <summary>What a crop is cut about.</summary>
public enum CropKind
{
    /// <summary>The whole picture.</summary>
    Whole,

    /// <summary>The nose; the unit is the distance from the nose to the left eye (the published cascade's rule).</summary>
    Nose,

    /// <summary>The points' mean; the unit is their root mean square distance from it, which no turn of the head makes vanish.</summary>
    Face,
}

/// <summary>Which part of a picture a level of the cascade looks at: all of it, or a square cut by the points that the level before found.</summary>
/// <param name="Kind">The square's centre and unit.</param>
/// <param name="Factor">Half of its side in units; 0 for the whole picture.</param>
public readonly record struct CropRule(CropKind Kind, float Factor)
{
    private const int MaxFactor = 100;

    /// <summary>The first level's rule.</summary>
    public static CropRule Whole => default;

    /// <summary>The published cascade's second level.</summary>
    public static CropRule AroundNose { get; } = new(CropKind.Nose, 2);

    /// <summary>The second level of cascades that Pare trains.</summary>
    public static CropRule AroundFace { get; } = new(CropKind.Face, 2.7f);

    /// <summary>The crop of a picture.</summary>
    /// <param name="points">Where the level before found the points, in picture coordinates; not looked at for the whole picture.</param>
    /// <exception cref="BadInputException">The crop is empty: the points fall together, are no numbers, or lie outside the picture.</exception>
    public Crop Of(PictureSize size, PointScheme scheme, ReadOnlySpan<float> points)
    {
        if (TryOf(size, scheme, points) is { } crop) return crop;
        var (x, y, _) = Square(scheme, points);
        throw new BadInputException(string.Create(CultureInfo.InvariantCulture,
            $"level 1 found no face in this picture of {size}: the crop about ({x:0.#}, {y:0.#}) would be empty"));
    }

    /// <summary>The crop of a picture, or null where it would be empty.</summary>
    public Crop? TryOf(PictureSize size, PointScheme scheme, ReadOnlySpan<float> points)
    {
        if (Kind == CropKind.Whole) return Crop.Whole(size);
        var (x, y, half) = Square(scheme, points);
        // Written so that NaN fails.
        var isInside = x + half > 0 && x - half < size.Width && y + half > 0 && y - half < size.Height;
        // A wild guess must not look at more than the picture.
        return half >= 1 && isInside ? new Crop(x, y, Math.Min(half, Math.Max(size.Width, size.Height))) : null;
    }

    /// <summary>The rule as metadata holds it: <c>whole</c>, <c>nose*2</c> or <c>face*2.5</c>.</summary>
    public override string ToString() => Kind == CropKind.Whole ? "whole" : string.Create(CultureInfo.InvariantCulture, $"{(Kind == CropKind.Nose ? "nose" : "face")}*{Factor}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="BadInputException">It is something else.</exception>
    public static CropRule Parse(string text)
    {
        if (text == "whole") return Whole;
        var parts = text.Split('*');
        if (parts is ["nose" or "face", var number] && float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor is > 0 and <= MaxFactor)
            return new(parts[0] == "nose" ? CropKind.Nose : CropKind.Face, factor);
        throw new BadInputException($"crop rule '{text}' is not whole, nose*F or face*F with F above 0 and at most {MaxFactor}");
    }

    private (float X, float Y, float Half) Square(PointScheme scheme, ReadOnlySpan<float> points)
    {
        if (Kind == CropKind.Nose)
        {
            var (nose, eye) = (PointScheme.CentreOf(points, [scheme.Nose]), PointScheme.CentreOf(points, scheme.LeftEye));
            return (nose.X, nose.Y, Factor * MathF.Sqrt(((nose.X - eye.X) * (nose.X - eye.X)) + ((nose.Y - eye.Y) * (nose.Y - eye.Y))));
        }
        var centre = PointScheme.CentreOf(points, [.. Enumerable.Range(0, scheme.Count)]);
        var sum = 0f;
        for (var i = 0; i < points.Length; i += 2) sum += ((points[i] - centre.X) * (points[i] - centre.X)) + ((points[i + 1] - centre.Y) * (points[i + 1] - centre.Y));
        return (centre.X, centre.Y, Factor * MathF.Sqrt(sum / scheme.Count));
    }
}
