using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Ort;
using Pare.Report;
using Pare.Skia;
using Spectre.Console;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary><c>pare landmarks detect</c>: landmarks of the face in each photo.</summary>
internal static class DetectVerb
{
    private static readonly ImmutableArray<string> Extensions = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

    public static Command Create()
    {
        var photos = new Argument<string[]>("PHOTO") { Description = "Photos, or folders of them. A .pts file beside a photo gives the truth.", Arity = ArgumentArity.OneOrMore };
        var cascade = new CascadeFlags();
        var output = Opt.Text("--out", "PATH", "A .png for one photo, a folder for several: truth green, level 1 red, level 2 blue. (default: no pictures)", "-o");
        var truth = Opt.Text("--truth", "D", "Marked faces (.xml, .csv or a folder) that hold the photos' true points.");
        var box = Opt.Text("--box", "X,Y,W,H", "The part of the photo that level 1 looks at, in pixels: a face detector's box, widened by half or so. (default: the whole photo)");
        return new VerbCommand("detect", "Find the landmarks of the face in each photo.", new OptionGroup("Detection") { output, truth, box }, cascade)
        {
            Arguments = { photos },
            Details = "The cascade looks for one face, the main one. Points are in pixels of the photo, (0, 0) being its top left corner.",
            Examples = ["pare landmarks detect photo.jpg -o out.png", "pare landmarks detect photos/ -o out --json"],
            Body = run =>
            {
                var paths = Expand(run.Get(photos));
                var target = run.Get(output);
                var isFile = target is not null && Path.GetExtension(target).Equals(".png", StringComparison.OrdinalIgnoreCase);
                if (target is not null && !isFile && Extensions.Contains(Path.GetExtension(target).ToLowerInvariant())) throw new BadInputException($"-o '{target}': pictures are written as .png");
                if (isFile && paths.Count > 1) throw new BadInputException($"-o '{target}' is one picture for {paths.Count} photos; give a folder");
                if (target is not null && paths.Select(AtomicFile.Target).ToHashSet() is var own && paths.Find(p => own.Contains(AtomicFile.Target(PictureOf(p)))) is { } lost) throw new BadInputException($"-o '{target}': the picture of '{lost}' would replace a photo");
                if (isFile) OutputFile.Check(target!);
                else if (target is not null) CompressOutput.Prepare(target);
                var part = run.Get(box) is { } text ? Box(text).Square(1) : (Crop?)null;
                var loaded = cascade.Load(run);
                var known = run.Get(truth) is { } marked ? Truths(run, marked, loaded.FirstLevel.Scheme) : null;
                using var opened = loaded.Open(new OrtOptions { Threads = run.Threads });
                var items = new List<(string Path, LandmarkDetection Found, double? Error, double Milliseconds)>();
                using (var line = run.Progress("detecting"))
                {
                    foreach (var path in paths)
                    {
                        run.Cancel.ThrowIfCancellationRequested();
                        var picture = Read(path);
                        var watch = Stopwatch.StartNew();
                        var found = Named(path, () => opened.Detect(picture, part));
                        var time = watch.Elapsed.TotalMilliseconds;
                        var points = known?.GetValueOrDefault(Path.GetFileName(path)) ?? Beside(path, opened.Scheme);
                        if (target is not null) AtomicFile.Write(PictureOf(path), SkiaEncoder.Png(Draw(picture, found, points)));
                        items.Add((path, found, points is { } real ? PointScheme.MeanDistance(found.Fine.AsSpan(), real.AsSpan()) / opened.Scheme.EyeDistance(real.AsSpan()) : null, time));
                        line.Report(items.Count, paths.Count);
                    }
                }
                Show(run, items, opened.Scheme, target);

                string PictureOf(string photo) => isFile ? target! : Path.Combine(target!, Path.GetFileNameWithoutExtension(photo) + ".png");
            },
        };
    }

    private static void Show(VerbRun run, List<(string Path, LandmarkDetection Found, double? Error, double Milliseconds)> items, PointScheme scheme, string? target)
    {
        var json = new JsonObject
        {
            ["photos"] = new JsonArray([.. items.Select(i => new JsonObject
            {
                ["photo"] = i.Path, ["level1"] = Pairs(i.Found.Rough), ["level2"] = Pairs(i.Found.Fine), ["nme"] = i.Error, ["milliseconds"] = i.Milliseconds,
                ["crop"] = i.Found.Crop is { } crop ? new JsonObject { ["x"] = crop.X, ["y"] = crop.Y, ["half"] = crop.Half } : null,
            })]),
        };
        run.Show(json, console =>
        {
            var table = Tables.New(console, ["photo", "left eye", "right eye", "nose", "NME", "time"]);
            foreach (var (path, found, error, time) in items)
            {
                var five = scheme.ToFive(found.Fine.AsSpan());
                IReadOnlyList<string> cells = [Path.GetFileName(path), Point(five, 0), Point(five, 1), Point(five, 2), error is { } e ? Format.Percent(e) : "-", Format.Milliseconds(time)];
                table.AddRow(cells.Select(Tables.Cell));
            }
            console.WriteTable(table);
            if (target is not null) console.WriteLine($"wrote {target}");
        });
    }

    private static string Point(ImmutableArray<float> points, int i) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{points[2 * i]:0},{points[2 * i + 1]:0}");

    private static JsonArray Pairs(ImmutableArray<float> points) => [.. Enumerable.Range(0, points.Length / 2).Select(i => new JsonArray(points[2 * i], points[2 * i + 1]))];

    private static Picture Draw(Picture picture, LandmarkDetection found, ImmutableArray<float>? truth)
    {
        if (truth is { } points) picture = PointPainter.Mark(picture, points.AsSpan(), PointPainter.Truth);
        picture = PointPainter.Mark(picture, found.Rough.AsSpan(), PointPainter.Rough);
        return found.Crop is null ? picture : PointPainter.Mark(picture, found.Fine.AsSpan(), PointPainter.Fine);
    }

    private static List<string> Expand(string[] photos)
    {
        var paths = new List<string>();
        foreach (var path in photos)
        {
            if (!Directory.Exists(path)) paths.Add(File.Exists(path) ? path : throw new BadInputException($"photo '{path}': no such file"));
            else paths.AddRange(Directory.GetFiles(path).Where(f => Extensions.Contains(Path.GetExtension(f).ToLowerInvariant())).Order(StringComparer.Ordinal));
        }
        return paths.Count > 0 ? paths : throw new BadInputException($"there is no photo in {string.Join(", ", photos)}; files of {string.Join(", ", Extensions)} are looked for");
    }

    private static FaceBox Box(string text)
    {
        var parts = text.Split(',').Select(p => float.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) ? number : float.NaN).ToArray();
        return parts is [var x, var y, > 0 and < 1e6f and var width, > 0 and < 1e6f and var height] && MathF.Abs(x) < 1e6f && MathF.Abs(y) < 1e6f
            ? new FaceBox(x, y, width, height)
            : throw new BadInputException($"--box {text} is not X,Y,W,H with a width and a height above 0");
    }

    private static Picture Read(string path)
    {
        return Named(path, () => SkiaDecoder.Decode(File.ReadAllBytes(path), new PictureGeometry()));
    }

    private static T Named<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is BadInputException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"photo '{path}': {e.Message}", e);
        }
    }

    private static Dictionary<string, ImmutableArray<float>?> Truths(VerbRun run, string path, PointScheme scheme)
    {
        var splits = LandmarkSource.Open(path, new DataOptions { Seed = (ulong)run.Seed, Threads = run.Threads }, SkiaDecoder.Decode).In(scheme);
        var truths = new Dictionary<string, ImmutableArray<float>?>();
        // The first face of a photo is its main one.
        foreach (var photo in splits.Train.Photos.Concat(splits.Validation.Photos).Concat(splits.Test.Photos)) truths.TryAdd(Path.GetFileName(photo.Name), photo.Points);
        return truths;
    }

    private static ImmutableArray<float>? Beside(string photo, PointScheme scheme)
    {
        var path = Path.ChangeExtension(photo, ".pts");
        return File.Exists(path) && PtsFile.Read(path) is var points ? PointScheme.Of(points.Length / 2).In(scheme, points) : null;
    }
}
