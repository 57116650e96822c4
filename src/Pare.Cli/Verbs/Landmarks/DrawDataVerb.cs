using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Data.Landmarks;
using Pare.Data.Synthetic;
using Pare.Report;
using Pare.Skia;
using Spectre.Console;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary><c>pare landmarks draw-data</c>: writes the built-in faces to look at.</summary>
internal static class DrawDataVerb
{
    public static Command Create()
    {
        var output = Opt.Folder("Folder for the pictures (.png) and their points (.pts).");
        var count = Opt.Whole("--count", "N", 1, 1_000_000, 100, "Faces to draw.");
        var marked = Opt.Flag("--marked", "Draw the points into the pictures.");
        return new VerbCommand("draw-data", "Write the built-in faces as pictures with their points.", new OptionGroup("Drawing") { output, count, marked })
        {
            Details = "The faces are the first of the set that 'faces' names for the same --seed.",
            Examples = ["pare landmarks draw-data -o out/faces --count 48 --marked"],
            Body = run =>
            {
                var folder = run.Get(output);
                CompressOutput.Prepare(folder);
                using (var line = run.Progress("drawing"))
                {
                    for (var i = 0; i < run.Get(count); i++)
                    {
                        run.Cancel.ThrowIfCancellationRequested();
                        var face = Faces.Draw((ulong)run.Seed, i);
                        var picture = run.Get(marked) ? PointPainter.Mark(face.Picture(), face.Points.AsSpan(), PointPainter.Truth) : face.Picture();
                        var stem = Path.Combine(folder, $"face{i:00000}");
                        AtomicFile.Write(stem + ".png", SkiaEncoder.Png(picture));
                        AtomicFile.WriteText(stem + ".pts", PtsFile.Format(face.Points.AsSpan()));
                        line.Report(i + 1, run.Get(count));
                    }
                }
                run.Show(new JsonObject { ["out"] = folder, ["count"] = run.Get(count) }, console => console.WriteLine($"wrote {Format.Count(run.Get(count))} faces to {folder}"));
            },
        };
    }
}
