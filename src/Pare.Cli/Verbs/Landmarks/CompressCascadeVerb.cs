using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Recipes;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary><c>pare landmarks compress</c>: both levels through a recipe, with the normalised mean error as the metric.</summary>
internal static class CompressCascadeVerb
{
    public static Command Create()
    {
        var data = new LandmarkFlags();
        var cascade = new CascadeFlags();
        var output = Opt.Folder("Folder for level1/ and level2/, each with what 'pare compress' writes.", "out/cascade");
        var recipe = new RecipeFlags("Points of NME that each level may lose. (default: the recipe's aim)");
        return new VerbCommand("compress", "Make both levels smaller, and say what it cost the cascade.", new OptionGroup("Compression") { output }, recipe, data, cascade)
        {
            Details = "Level 2 is trained on crops cut by the compressed level 1. The figures of the cascade are from test photos.",
            Examples = ["pare landmarks compress -o out/cascade"],
            Body = run =>
            {
                var folder = run.Get(output);
                var plan = recipe.Plan(run, isFresh: false);
                var before = cascade.Load(run);
                var splits = data.Open(run, before.FirstLevel.Scheme);
                foreach (var part in (string[])["level1", "level2"]) CompressOutput.Prepare(Path.Combine(folder, part), inputs: [before.First.Path ?? "", before.Second?.Path ?? ""]);
                var request = new CompressionRequest
                {
                    Model = before.First, Data = before.FirstLevel.Examples(splits, CascadeTrainer.WholeCrops), DataName = data.DataName(run), Preprocess = before.FirstLevel.Preprocess, Recipe = plan, Metric = Metric.Nme,
                    Promise = recipe.Promise(run), Command = run.CommandLine, Files = [before.First.Path ?? "", data.DataName(run), recipe.Name(run, isFresh: false)], Seed = run.Seed, Threads = run.Threads,
                };
                var ort = new OrtOptions { Threads = run.Threads };
                var journals = Path.Combine(folder, ".journal");
                var first = Compress(run, request, journals, "level 1");
                CompressionResult? second = null;
                if (before.Second is { } model && before.SecondLevel is { } level)
                {
                    var crops = level.Examples(splits, set => LandmarkCascade.CropsBy(first.Model, set, level.Crop, ort));
                    second = Compress(run, request with { Model = model, Files = [model.Path ?? "", data.DataName(run), recipe.Name(run, isFresh: false)], Data = crops, Preprocess = level.Preprocess }, journals, "level 2");
                }
                CompressOutput.Write(Path.Combine(folder, "level1"), path => OnnxFile.Write(first.Model, path), first.Packed, first.Report);
                if (second is not null) CompressOutput.Write(Path.Combine(folder, "level2"), path => OnnxFile.Write(second.Model, path), second.Packed, second.Report);
                Directory.Delete(journals, recursive: true);
                var after = before with { First = before.First with { Model = first.Model }, Second = before.Second is null ? null : before.Second with { Model = second!.Model } };
                Show(run, folder, [first.Report, .. second is null ? Array.Empty<RunReport>() : [second.Report]], EvalCascadeVerb.Score(run, before, splits.Test), EvalCascadeVerb.Score(run, after, splits.Test));
            },
        };
    }

    // The journal of a level stays until both are written, or until a promise is not kept.
    private static CompressionResult Compress(VerbRun run, CompressionRequest request, string journals, string level)
    {
        using var line = run.Progress("compressing");
        if (Compressor.Outlook(request) is { } outlook) line.Note($"{level}: {outlook}");
        using var journal = Journal.Open(Path.Combine(journals, level.Replace(" ", "", StringComparison.Ordinal)), Compressor.Identity(request));
        if (journal.Found > 0) line.Note($"{level}: going on with the work of an earlier run: {journal.Found} steps of it are there");
        var result = Compressor.Run(request with { Journal = journal }, new Relay<RecipeProgress>(p => line.Report(p, $"{level}, ")), run.Cancel);
        if (!result.Kept) journal.Delete();
        return result.OrThrow();
    }

    private static void Show(VerbRun run, string folder, List<RunReport> levels, CascadeScore before, CascadeScore after)
    {
        var (weights, packed) = (levels.Sum(l => l.Baseline.WeightBytes), levels.Sum(l => l.Result.PackedBytes ?? 0));
        var (slow, fast) = (levels.Sum(l => l.Baseline.LatencyMs!.Median), levels.Sum(l => l.Result.LatencyMs!.Median));
        var json = new JsonObject
        {
            ["out"] = folder, ["before"] = CascadeTable.ToJson(before), ["after"] = CascadeTable.ToJson(after), ["drop"] = 100 * (after.Fine.Nme - before.Fine.Nme),
            ["weightBytes"] = weights, ["packedBytes"] = packed, ["ratio"] = (double)weights / packed, ["latencyMs"] = new JsonArray(slow, fast), ["speedup"] = slow / fast,
        };
        run.Show(json, console =>
        {
            foreach (var report in levels) console.WriteLine(ReportTable.Render(report));
            console.WriteLine("The cascade");
            IReadOnlyList<IReadOnlyList<string>> rows =
            [
                ["NME, level 1 alone", Format.Percent(before.Rough.Nme), Format.Percent(after.Rough.Nme), Format.Points(100 * (after.Rough.Nme - before.Rough.Nme)) + " points"],
                ["NME", Format.Percent(before.Fine.Nme), Format.Percent(after.Fine.Nme), Format.Points(100 * (after.Fine.Nme - before.Fine.Nme)) + " points"],
                ["size of both (packed)", Format.Bytes(weights), Format.Bytes(packed), Format.Ratio((double)weights / packed)],
                ["latency of both networks", Format.Milliseconds(slow), Format.Milliseconds(fast), Format.Ratio(slow / fast)],
            ];
            console.WriteLine(TextTable.Render(["", "before", "after", "gain"], rows));
            console.WriteLine($"wrote {folder}: level1/ and level2/");
        });
    }
}
