using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Data;
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
        var batch = Opt.MaybeWhole("--batch", "N", 1, 65_536, "Examples in one run. (default: 1, or the network's own number where it fixes one)");
        var seconds = Opt.Number("--seconds", "S", 0.05, 3600, "Time to spend on each network. (default 2)");
        var size = Opt.Text("--size", "WxH", "Size of the input; needed where a network leaves it open.");
        return new VerbCommand("bench", "Latency of networks side by side, in one interleaved run.", new OptionGroup("Measuring") { batch, seconds, size })
        {
            Arguments = { models },
            Details = "The networks take turns run by run, so that whatever else the machine does meets all of them alike.",
            Examples = ["pare bench model.onnx out/model.onnx --threads 1"],
            Body = run =>
            {
                var loaded = run.Get(models).Select(m => Models.Load(m, new ZooOptions { Seed = run.Seed })).ToList();
                PictureSize? given = run.Get(size) is { } text ? PictureSize.Parse(text) : null;
                var options = new LatencyOptions
                {
                    Batch = run.Get(batch),
                    ExampleShape = given is { } wanted ? Example(loaded[0], wanted) : null,
                    Budget = TimeSpan.FromSeconds(run.Get(seconds) ?? 2),
                    Run = new OrtOptions { Threads = run.Threads },
                };
                Show(run, loaded, LatencyMeter.Measure(loaded.ConvertAll(l => l.Model), options), options.Batch ?? 1);
            },
        };
    }

    private static ImmutableArray<int> Example(LoadedModel loaded, PictureSize size) => ModelShape.Input(loaded.Model) is [var channels, _, _]
        ? [channels < 0 ? 3 : channels, size.Height, size.Width]
        : throw new BadInputException($"{loaded.Name} takes {string.Join(", ", loaded.Model.Graph.FreeInputs)}; --size is for pictures");

    private static void Show(VerbRun run, List<LoadedModel> loaded, IReadOnlyList<Latency> results, int batch)
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
            {
                IReadOnlyList<string> cells =
                [
                    loaded[i].Name, Format.Milliseconds(results[i].Median), Format.Milliseconds(results[i].P95), Format.Count(results[i].Runs),
                    Format.Ratio(results[0].Median / results[i].Median), Format.Short(costs[i].Macs), Format.Bytes(costs[i].OnnxBytes),
                ];
                table.AddRow(cells.Select(Tables.Cell));
            }
            console.Write(table);
        });
    }
}
