using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Ort;
using Pare.Profile;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare bench</c>: latency side by side.</summary>
internal static class BenchVerb
{
    private const int Rounds = 10;

    public static Command Create()
    {
        var models = new Argument<string[]>("MODEL") { Description = "One or more paths or zoo names; the first is the one that others are compared with.", Arity = ArgumentArity.OneOrMore };
        var batch = Opt.Whole("--batch", "N", 1, 65_536, 1, "Examples in one run.");
        var seconds = Opt.Number("--seconds", "S", 0.05, 3600, "Time to spend on each network. (default 2)");
        var size = Opt.Text("--size", "WxH", "Size of the input where the network leaves it open. (default 224x224)");
        return new VerbCommand("bench", "Latency of networks side by side, in one interleaved run.", new OptionGroup("Measuring") { batch, seconds, size })
        {
            Arguments = { models },
            Details = "The networks take turns, so that whatever else the machine does meets all of them alike.",
            Examples = ["pare bench model.onnx out/model.onnx --threads 1"],
            Body = run =>
            {
                var loaded = run.Get(models).Select(m => Models.Load(m, new ZooOptions { Seed = run.Seed })).ToList();
                var open = Data.PictureSize.Parse(run.Get(size) ?? "224x224");
                var results = Measure(run, loaded, run.Get(batch), TimeSpan.FromSeconds(run.Get(seconds) ?? 2), open);
                Show(run, loaded, results, run.Get(batch));
            },
        };
    }

    private static List<Latency> Measure(VerbRun run, List<LoadedModel> loaded, int batch, TimeSpan budget, Data.PictureSize open)
    {
        using var line = run.Progress("measuring");
        var rounds = loaded.ConvertAll(_ => new List<Latency>());
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < loaded.Count; i++)
            {
                run.Cancel.ThrowIfCancellationRequested();
                rounds[i].Add(LatencyMeter.Measure(loaded[i].Model, ExampleShape(loaded[i], open), batch, new OrtOptions { Threads = run.Threads }, budget / Rounds));
                line.Report(round * loaded.Count + i + 1, Rounds * loaded.Count, loaded[i].Name);
            }
        }
        return rounds.ConvertAll(r => new Latency(Median(r.Select(l => l.Median)), Median(r.Select(l => l.P95)), r.Sum(l => l.Runs)));
    }

    private static int[] ExampleShape(LoadedModel loaded, Data.PictureSize open)
    {
        if (loaded.Model.Graph.FreeInputs is not [{ Shape: { Length: > 1 } shape }])
            throw new BadInputException($"{loaded.Name} takes {string.Join(", ", loaded.Model.Graph.FreeInputs)}; one tensor with a batch is needed");
        return [.. shape.Skip(1).Select((d, i) => (int?)d.Value ?? (shape.Length == 4 ? i switch { 0 => 3, 1 => open.Height, _ => open.Width } : 1))];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static void Show(VerbRun run, List<LoadedModel> loaded, List<Latency> results, int batch)
    {
        var costs = loaded.Select((m, i) => Costs.Of(m) with { LatencyMs = results[i] }).ToList();
        var items = costs.Select((c, i) =>
        {
            var item = c.ToJson();
            item["model"] = loaded[i].Name;
            item["batch"] = batch;
            item["speedup"] = results[0].Median / results[i].Median;
            return item;
        }).ToList();
        run.Show(items.Count == 1 ? items[0] : new JsonObject { ["models"] = new JsonArray([.. items]) }, console =>
        {
            var table = Tables.New(console, ["network", "median", "95 % within", "runs", "speed", "MACs", "ONNX file"]);
            for (var i = 0; i < loaded.Count; i++)
                table.AddRow(Markup.Escape(loaded[i].Name), Format.Milliseconds(results[i].Median), Format.Milliseconds(results[i].P95), Format.Count(results[i].Runs),
                    Format.Ratio(results[0].Median / results[i].Median), Format.Short(costs[i].Macs), Format.Bytes(costs[i].OnnxBytes));
            console.Write(table);
        });
    }
}
