using System.CommandLine;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare inspect</c>: what a network costs in space and in time.</summary>
internal static class InspectVerb
{
    private const int TrainingBatch = 32;

    public static Command Create()
    {
        var model = Models.Argument();
        var all = Opt.Flag("--all", "List every operator, not only those with weights or multiply-adds.");
        var noTime = Opt.Flag("--no-time", "Do not run the network.");
        var training = Opt.Flag("--training", "Time a step of training too: forward, backward, update.");
        var html = Opt.Text("--html", "FILE", "Write all of it as one page, readable offline.");
        var flags = new BenchFlags($"1, for training {TrainingBatch}; or the network's own number where it fixes one", seconds: 1);
        return new VerbCommand("inspect", "Both costs of a network, layer by layer and in total.", new OptionGroup("Listing") { all, html, noTime, training }, flags)
        {
            Arguments = { model },
            Details = """
                kept is the share of weights that are not zero, values the number of different weights, bits what a weight's code needs, MACs the multiply-adds of one prediction.
                time is each operator's on ONNX Runtime, which runs some as part of others: these have none of their own. What it puts in itself stands last, under its own names.
                """.ReplaceLineEndings(" "),
            Examples = ["pare inspect model.onnx", "pare inspect squeezenet1.0 --json", "pare inspect lenet5 --training --html lenet5.html"],
            Body = run =>
            {
                if (run.Get(html) is { } path) OutputFile.CheckReport(path, "--html");
                if (run.Get(noTime) && !run.Get(training)) run.Refuse("--no-time", flags.Timing);
                var loaded = Models.Load(run.Get(model), new ZooOptions { Seed = run.Seed });
                var options = flags.Read(run);
                var report = Inspection.Of(loaded, options, run);
                if (!run.Get(noTime)) report = Inspection.WithTime(report, loaded, options, run.Cancel);
                if (run.Get(training)) report = Inspection.WithTraining(report, loaded, options, TrainingBatch, run.Cancel);
                if (run.Get(html) is { } page) AtomicFile.WriteText(page, InspectHtml.Render(report));
                run.Show(report.ToJson(), console => Render(console, report, run.Get(all)));
            },
        };
    }

    private static void Render(IAnsiConsole console, InspectReport report, bool all)
    {
        var table = Tables.New(console, InspectTable.Headers(report));
        foreach (var row in InspectTable.Rows(report, all)) table.AddRow(row.Select(Tables.Cell));
        table.AddTotal(InspectTable.Total(report));
        console.WriteTable(table);
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{report.Model}[/]");
        foreach (var line in InspectTable.Lines(report)) console.WriteLine(line);
        if (report.PackedLayers is not { Count: > 0 } packed) return;
        console.WriteLine();
        var sizes = Tables.New(console, ReportTable.LayerHeaders);
        foreach (var layer in packed) sizes.AddRow(ReportTable.LayerCells(layer).Select(Tables.Cell));
        console.WriteTable(sizes);
        console.MarkupLineInterpolated($"packed file [bold]{Format.Count(report.PackedBytes!.Value)}[/] bytes, {Format.Ratio((double)report.WeightBytes / report.PackedBytes.Value)} smaller than the weights as float32");
    }
}
