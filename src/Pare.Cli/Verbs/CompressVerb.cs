using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Profile;
using Pare.Recipes;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare compress</c>: a recipe of steps from a network to a smaller network, a packed file and a report.</summary>
internal static class CompressVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var data = new DataFlags();
        var output = Opt.Folder("Folder for model.onnx, model.pare, report.json and report.html.", "out");
        var recipe = new RecipeFlags("Points of the metric that may be lost. Where no network keeps that, exit code 3 and no output. (default: the recipe's aim, promised to nobody)", searches: true);
        var metric = new MetricFlags();
        var augment = Opt.Text("--augment", "A", "Random changes to training pictures: none, digits, photos, with settings as in 'pare train'. (default: digits for grey pictures, photos for others)");
        var sensitivity = Opt.Text("--sensitivity", "FILE", "What 'pare sensitivity' wrote for this network: shown in the report.");
        return new VerbCommand("compress", "Make a network smaller by a recipe, and say what it cost.", new OptionGroup("Compression") { output, augment, sensitivity }, recipe, metric, data)
        {
            Arguments = { model },
            Details = "Every choice is made on validation data; the figures printed are from test data that no choice has seen. A network of the zoo is trained first.",
            Examples =
            [
                "pare compress lenet5",
                "pare compress lenet-300-100 --data mnist --recipe deep -o out/l300",
                "pare compress model.onnx --data photos.zip --max-drop 0.5 -o out/model",
                "pare compress model.onnx --data photos.zip --max-drop 0.5 --target both --minutes 60",
            ],
            Body = run =>
            {
                var folder = run.Get(output);
                var target = recipe.Target(run);
                var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(model));
                var judged = metric.For(run, loaded.Model, splits.All, splits.Name);
                var request = new CompressionRequest
                {
                    Model = loaded, Data = splits, DataName = data.DataName(run), Preprocess = preprocess, Recipe = target is null ? recipe.Plan(run, loaded.IsFresh) : null, Target = target, Time = recipe.Time(run), Metric = judged,
                    Augmentation = run.Get(augment) is { } text ? Augmentation.Parse(text) : Usual(splits), Promise = recipe.Promise(run),
                    Sensitivity = ByFlag.Read(run, sensitivity, loaded.Model)?.Points,
                    Command = run.CommandLine, Files = [loaded.Path ?? "", data.DataName(run), recipe.Name(run, loaded.IsFresh)], Seed = run.Seed, Threads = run.Threads,
                };
                using var line = run.Progress("compressing");
                if (Compressor.Outlook(request) is { } outlook) line.Note(outlook);
                if (target is not null && request.Time is null) line.Note("without --minutes every recipe is worked through to its end, which may take hours");
                CompressOutput.Prepare(folder, front: target == SearchTarget.Both, [.. request.Files]);
                using var journal = Journal.Open(Path.Combine(folder, ".journal"), Compressor.Identity(request));
                if (journal.Found > 0) line.Note($"going on with the work of an earlier run: {journal.Found} steps of it are there");
                using var told = run.Cancel.Register(() => line.Note("what is done so far stays; the same command goes on from there"));
                var result = Work();
                line.Dispose();
                if (result.Kept) CompressOutput.Write(folder, To(result.Model), result.Packed, result.Report, [.. result.Front.Select(f => (To(f.Model), f.Packed))]);
                else folder = CompressOutput.WriteRefused(folder, result.Report);
                journal.Delete();
                run.Show(System.Text.Json.Nodes.JsonNode.Parse(result.Report.ToJson())!.AsObject(), console =>
                {
                    console.WriteLine(ReportTable.Render(result.Report));
                    console.WriteLine($"wrote {folder}: {(result.Kept ? "model.onnx, model.pare, " : "")}{(result.Front.Count > 0 ? "front/, " : "")}report.json, report.html");
                });
                result.OrThrow();

                CompressionResult Work()
                {
                    try
                    {
                        return Compressor.Run(request with { Journal = journal }, new Relay<RecipeProgress>(p => line.Report(p)), run.Cancel);
                    }
                    catch (BadInputException) when (journal.Found == 0)
                    {
                        // Nothing to go on from; what was wrong can be put right in the same folder.
                        journal.Delete();
                        throw;
                    }
                }
            },
        };
    }

    private static Action<string> To(Model model) => path => OnnxFile.Write(model, path);

    private static Augmentation? Usual(DataSplits data) => data.Train.Shape switch
    {
        [1, ..] => Augmentation.Digits,
        [3, ..] => Augmentation.Photos,
        _ => null,
    };
}
