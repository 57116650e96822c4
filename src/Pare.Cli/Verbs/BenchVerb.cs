using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Ort;
using Pare.Profile;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare bench</c>: latency side by side.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        var models = new Argument<string[]>("MODEL") { Description = "One or more paths or zoo names; the others are compared with the first.", Arity = ArgumentArity.OneOrMore };
        var flags = new BenchFlags();
        return new VerbCommand("bench", "Latency of networks side by side, in one interleaved run.", flags)
        {
            Arguments = { models },
            Details = """
                The networks take turns: in each round all run once, in an order drawn anew, so that whatever else the machine does meets all of them alike.
                time is the median's quotient to the first network in the same round, with its 95 % interval from a bootstrap over blocks of rounds: where 1.000 is inside, no difference was found.
                load is the time from the file to the first prediction's start, unpacking of .pare included. peak is how much loading and running raise the resident memory of a process that does nothing else.
                Inputs are random numbers, zeros for integers.
                """.ReplaceLineEndings(" "),
            Examples = ["pare bench model.onnx out/model.onnx --threads 1", "pare bench lenet5 lenet-300-100 --batch 8"],
            Body = run =>
            {
                var options = flags.Read(run);
                var loaded = run.Get(models).Select(m => Models.Load(m, new ZooOptions { Seed = run.Seed })).ToList();
                var results = LatencyMeter.Compare([.. loaded.Select(Loader)], options, run.Cancel);
                using var progress = run.Progress("peak memory");
                var rows = loaded.Select((m, i) =>
                {
                    progress.Report(i, loaded.Count, m.Name);
                    return new Row(m.Name, Costs.Of(m) with { LatencyMs = results[i].LatencyMs }, results[i], results[0].LatencyMs.Median / results[i].LatencyMs.Median, PeakMemoryProbe.Of(m, options, run.Cancel));
                }).ToList();
                Show(run, rows);
            },
        };
    }

    private sealed record Row(string Name, ModelCosts Costs, LatencyComparison Result, double Speedup, long? PeakBytes);

    // A file is loaded as an application would do it.
    private static Func<OrtOptions, OrtModel> Loader(LoadedModel loaded) =>
        options => loaded.Path is { } path ? Models.OpenOnOrt(path, options) : new OrtModel(loaded.Model, options);

    private static void Show(VerbRun run, List<Row> rows)
    {
        var items = rows.ConvertAll(Json);
        var machine = Machines.This(run.Threads);
        run.Show(new JsonObject { ["machine"] = machine.ToString(), ["models"] = new JsonArray([.. items]) }, console =>
        {
            var table = Tables.New(console, ["network", "median", "95 % interval", "p95", "runs", "time", "images/s", "load", "peak", "MACs", "file"]);
            foreach (var row in rows) table.AddRow(Cells(row).Select(Tables.Cell));
            console.WriteTable(table);
            console.WriteLine($"time is the ratio to the first network's; on {machine}");
        });
    }

    private static IEnumerable<string> Cells(Row row)
    {
        var latency = row.Result.LatencyMs;
        yield return row.Name;
        yield return Format.Milliseconds(latency.Median);
        yield return $"{Format.Milliseconds(latency.MedianLow!.Value)[..^3]} to {Format.Milliseconds(latency.MedianHigh!.Value)}";
        yield return Format.Milliseconds(latency.P95);
        yield return Format.Count(latency.Runs);
        yield return Format.Ratio(row.Result.Ratio);
        yield return Format.Rate(row.Result.ImagesPerSecond);
        yield return Format.Milliseconds(row.Result.LoadMs);
        yield return row.PeakBytes is { } peak ? Format.Bytes(peak) : "-";
        yield return Format.Short(row.Costs.Macs);
        yield return Format.Bytes(row.Costs.PackedBytes ?? row.Costs.OnnxBytes);
    }

    private static JsonObject Json(Row row)
    {
        var item = row.Costs.ToJson();
        item["model"] = row.Name;
        item["batch"] = row.Result.Examples;
        item["speedup"] = row.Speedup;
        item["ratio"] = row.Result.Ratio.Value;
        item["ratioLow"] = row.Result.Ratio.Low;
        item["ratioHigh"] = row.Result.Ratio.High;
        item["imagesPerSecond"] = row.Result.ImagesPerSecond;
        item["loadMs"] = row.Result.LoadMs;
        item["peakBytes"] = row.PeakBytes;
        return item;
    }
}
