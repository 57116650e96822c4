using System.CommandLine;
using Pare.Data.Landmarks;
using Pare.Ort;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary><c>pare landmarks eval</c>: errors of level 1 alone and of the cascade.</summary>
internal static class EvalCascadeVerb
{
    public static Command Create()
    {
        var data = new LandmarkFlags();
        var cascade = new CascadeFlags();
        var part = Opt.Choice("--part", ["test", "validation", "train"], "test", "Which part of the data.");
        var around = Opt.Number("--around-box", "F", 0.1, 100, "Level 1 looks at a square of F times each face's box, as behind a face detector. (default: at the whole photo)");
        return new VerbCommand("eval", "Errors of level 1 alone and of the cascade, by the distance of the eyes and by the face's box.", new OptionGroup("Evaluation") { part, around }, data, cascade)
        {
            Details = "NME is the mean distance of a point from the truth over the distance of the eyes' centres. The area is under the cumulative error curve up to 8 %, over 8 %.",
            Examples = ["pare landmarks eval", "pare landmarks eval --data 300w/ -c cascade68", "pare landmarks eval --data faces.xml --around-box 1.6"],
            Body = run =>
            {
                var loaded = cascade.Load(run);
                var splits = data.Open(run, loaded.FirstLevel.Scheme);
                var score = Score(run, loaded, run.Get(part) switch { "train" => splits.Train, "validation" => splits.Validation, _ => splits.Test }, run.Get(around));
                run.Show(CascadeTable.ToJson(score), console => CascadeTable.Render(console, score));
            },
        };
    }

    public static CascadeScore Score(VerbRun run, LoadedCascade loaded, LandmarkSet photos, double? aroundBox = null)
    {
        using var opened = loaded.Open(new OrtOptions { Threads = run.Threads });
        using var line = run.Progress("evaluating");
        return CascadeScore.Of(opened, photos, aroundBox, run.Share(line));
    }
}
