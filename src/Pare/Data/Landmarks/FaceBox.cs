namespace Pare.Data.Landmarks;

/// <summary>A rectangle around a face, in the coordinates of <see cref="LandmarkPhoto"/>. It may reach beyond the picture.</summary>
public readonly record struct FaceBox(float X, float Y, float Width, float Height)
{
    /// <summary>The smallest box that holds the points.</summary>
    public static FaceBox Around(ReadOnlySpan<float> points)
    {
        var (left, top, right, bottom) = (float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
        for (var i = 0; i < points.Length; i += 2)
        {
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (top, bottom) = (Math.Min(top, points[i + 1]), Math.Max(bottom, points[i + 1]));
        }
        return new(left, top, right - left, bottom - top);
    }

    /// <summary>A square about the box's middle, as a face detector's box is widened for a landmark network.</summary>
    /// <param name="factor">Its side over the box's longer side, above 0.</param>
    public Crop Square(double factor) => new(X + (Width / 2), Y + (Height / 2), (float)factor * Math.Max(Width, Height) / 2);

    internal bool Holds(float x, float y) => x >= X && x <= X + Width && y >= Y && y <= Y + Height;
}
