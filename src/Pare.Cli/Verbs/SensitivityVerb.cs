using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare sensitivity</c>: what each layer costs to make smaller.</summary>
internal static class SensitivityVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Text("--out", "FILE", "Write what was measured, for --by of 'pare prune', 'share' and 'factorize'.", "-o");
        var methods = Opt.Text("--methods", "LIST", $"What to try on each layer, with commas between: {string.Join(", ", Sensitivities.Methods)}. (default all)");
        var images = Opt.Whole("--images", "N", 1, 10_000_000, 1000, "Pictures to measure on, drawn from those that choices are made on.");
        var layers = new Option<string[]>("--layer") { HelpName = "PATTERN", Description = "Layers to measure, by name or operator; * and ? stand for any characters. May be repeated. (default all)" };
        var cache = Opt.Text("--cache", "DIR", "Where results are kept, so that the same is not measured twice. (default: in the user's cache)");
        var metric = new MetricFlags();
        var data = new DataFlags();
        return new VerbCommand("sensitivity", "What each layer costs to make smaller, by several methods.", new OptionGroup("Measuring") { output, methods, images, layers, cache }, metric, data)
        {
            Arguments = { model },
            Details = "One layer is changed at a time, all else stays as it was, nothing is retrained. Figures are points of the metric lost; a dash stands where a method cannot be applied.",
            Examples = ["pare sensitivity model.onnx --data photos.zip -o sens.json", "pare sensitivity model.onnx --data pictures/ --metric agreement --methods sparsity,bits"],
            Body = run =>
            {
                if (run.Get(output) is { } path) OutputFile.CheckReport(path, "-o");
                var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(model));
                ModelShape.CheckInput(loaded.Model, splits);
                var part = loaded.Unseen(splits, run.Seed).Validation;
                var request = new SensitivityRequest
                {
                    Model = loaded.Model, Examples = Subset.Draw(part, run.Get(images), run.Seed), Preprocess = preprocess, Metric = metric.For(run, loaded.Model, part, splits.Name),
                    Methods = run.Get(methods)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } named ? named : Sensitivities.Methods,
                    Layers = run.Get(layers) ?? [], Cache = run.Get(cache) ?? UserCache.Folder("sensitivity"), Threads = run.Threads,
                };
                SensitivityResult result;
                using (var line = run.Progress("measuring")) result = Sensitivities.Measure(request, run.Share(line), run.Cancel);
                var report = new SensitivityReport
                {
                    Model = loaded.Name, Sha256 = OnnxWriter.Sha256(loaded.Model), Data = splits.Name, Metric = request.Metric, Images = request.Examples.Count,
                    Value = result.Value, Bytes = result.Bytes, Macs = result.Macs, Points = result.Points,
                    LeftWhole = [.. result.Gaps.Select(g => new LeftWhole(g.Layer, $"{g.Method}: {g.Reason}"))],
                };
                if (run.Get(output) is { } file) AtomicFile.WriteText(file, report.ToJson() + "\n");
                run.Show(JsonNode.Parse(report.ToJson())!.AsObject(), console => Render(console, report));
            },
        };
    }

    private static void Render(IAnsiConsole console, SensitivityReport report)
    {
        console.MarkupLineInterpolated($"{report.Metric.Name} [bold]{Format.Percent(report.Value)}[/] over {Format.Count(report.Images)} examples of {report.Data}; {Format.Bytes(report.Bytes)} packed, {Format.Short(report.Macs)} MACs");
        foreach (var method in report.Points.GroupBy(p => p.Method))
        {
            console.WriteLine();
            List<double> settings = [.. method.Select(p => p.Setting).Distinct()];
            var table = Tables.New(console, [method.Key, .. settings.Select(s => s.ToString(CultureInfo.InvariantCulture))]);
            foreach (var layer in method.GroupBy(p => p.Layer))
                table.AddRow([Tables.Cell(Short(layer.Key)), .. settings.Select(s => Tables.Cell(layer.FirstOrDefault(p => p.Setting == s) is { } point ? Format.Points(point.Drop) : "-"))]);
            console.WriteTable(table);
        }
        foreach (var (layer, reason) in report.LeftWhole) console.WriteLine($"not measured: {layer} ({reason})");
    }

    // Residual networks share channels between many layers.
    private static string Short(string layers) => layers.Split(" + ") is [var first, _, ..] all ? $"{first} + {all.Length - 1} more" : layers;
}
