using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>How large a face appears and where.</summary>
internal static class Framing
{
    /// <summary>Smallest and largest size: the longer side of the points' box as a share of the picture's side.</summary>
    public const double Smallest = 0.15;
    public const double Largest = 0.7;

    /// <summary>Share of the faces that may reach over the border, and the most of their box that does.</summary>
    public const double CutShare = 0.12;
    private const double MostCut = 0.3;

    /// <summary>Draws a pose, fits the face's points into the picture.</summary>
    public static (FacePose Pose, float[] Points) Draw(FaceSurface surface, ref RandomStream random)
    {
        var pose = FacePose.Draw(ref random);
        var box = Landmarks.FaceBox.Around(FaceLandmarks.Project(surface, pose));
        var size = (float)random.Uniform(Smallest, Largest) * Faces.Side;
        var scale = size / Math.Max(box.Width, box.Height);
        var mayBeCut = random.Uniform() < CutShare;
        var left = Place(box.Width * scale, mayBeCut, ref random);
        var top = Place(box.Height * scale, mayBeCut, ref random);
        pose = pose with { Scale = scale, Centre = new Vector2(left, top) - (new Vector2(box.X, box.Y) * scale) };
        return (pose, FaceLandmarks.Project(surface, pose));
    }

    private static float Place(float length, bool mayBeCut, ref RandomStream random)
    {
        var beyond = mayBeCut ? MostCut * length : 0;
        return (float)random.Uniform(-beyond, Faces.Side - length + beyond);
    }
}
