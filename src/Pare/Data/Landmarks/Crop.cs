namespace Pare.Data.Landmarks;

/// <summary>
/// A square of a picture, perhaps turned or mirrored, that a network sees as its input. Picture coordinates have the corner of the
/// first pixel at (0, 0) and its centre at (0.5, 0.5); crop coordinates run from -1 to 1 over the square.
/// </summary>
/// <param name="X">Centre.</param>
/// <param name="Y">Centre.</param>
/// <param name="Half">Half a side in pixels, above 0.</param>
/// <param name="Turn">Angle in radians by which the square is turned in the picture, clockwise.</param>
/// <param name="Mirrored">True where left and right change places.</param>
public readonly record struct Crop(float X, float Y, float Half, float Turn = 0, bool Mirrored = false)
{
    /// <summary>The smallest square about the whole picture; what it reaches beyond the picture repeats the border.</summary>
    public static Crop Whole(PictureSize size) => new(size.Width / 2f, size.Height / 2f, Math.Max(size.Width, size.Height) / 2f);

    /// <summary>A point of the picture in the crop.</summary>
    public (float X, float Y) Into(float x, float y)
    {
        var (sin, cos) = MathF.SinCos(Turn);
        var (dx, dy) = ((x - X) / Half, (y - Y) / Half);
        var across = (cos * dx) + (sin * dy);
        return (Mirrored ? -across : across, (cos * dy) - (sin * dx));
    }

    /// <summary>A point of the crop in the picture.</summary>
    public (float X, float Y) Back(float x, float y)
    {
        var (sin, cos) = MathF.SinCos(Turn);
        if (Mirrored) x = -x;
        return (X + (Half * ((cos * x) - (sin * y))), Y + (Half * ((sin * x) + (cos * y))));
    }
}
