using System.CommandLine;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary><c>pare landmarks</c>: the two-level cascade that finds face landmarks.</summary>
internal static class LandmarksVerb
{
    public static Command Create() => new("landmarks", "Face landmarks by a two-level cascade: draw-data, train, eval, detect, compress.")
    {
        DrawDataVerb.Create(),
        TrainCascadeVerb.Create(),
        EvalCascadeVerb.Create(),
        DetectVerb.Create(),
        CompressCascadeVerb.Create(),
    };
}
