using System.Text.Json.Nodes;
using Pare.LowRank;
using Pare.Recipes;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli;

/// <summary>What factorisation did, as a table and as JSON.</summary>
internal static class FactorizeOutput
{
    /// <param name="examples">Calibration examples that were used; 0 where errors are those of weights.</param>
    public static void Show(VerbRun run, FactorizeResult result, int examples, string path)
    {
        var after = WeightCount.All(result.Model);
        var before = after + result.Layers.Sum(l => l.Layer.Weights - l.WeightsAfter);
        var share = result.MacsBefore > 0 ? Format.Percent((double)result.MacsAfter / result.MacsBefore) : "an unknown share";
        var json = new JsonObject
        {
            ["step"] = "factorize", ["out"] = path, ["images"] = examples, ["errorOf"] = examples > 0 ? "outputs" : "weights",
            ["macsBefore"] = result.MacsBefore, ["macs"] = result.MacsAfter, ["weightsBefore"] = before, ["weights"] = after,
            ["layers"] = new JsonArray([.. result.Layers.Select(Layer)]),
        };
        run.Show(json, console =>
        {
            var table = Tables.New(console, ["layer", "method", "rank", "multiply-adds", "now", examples > 0 ? "output error" : "weight error"]);
            foreach (var layer in result.Layers.Where(l => l.Factors is not null))
                table.AddRow(new[] { layer.Name, Name(layer.Factors!.Method), Ranks(layer), Format.Count(layer.Layer.Macs), Format.Count(layer.MacsAfter), Format.Percent(layer.Factors.Error) }.Select(Tables.Cell));
            table.AddTotal(["network", "", "", Format.Count(result.MacsBefore), Format.Count(result.MacsAfter), ""]);
            console.WriteTable(table);
            foreach (var layer in result.Layers.Where(l => l.Factors is null)) console.WriteLine($"left alone: {layer.Name} ({layer.Reason})");
            console.WriteLine($"{share} of the multiply-adds, {Format.Percent((double)after / Math.Max(1, before))} of the layers' weights are left");
            console.WriteLine($"wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}");
        });
    }

    private static string Name(FactorMethod method) => method.ToString().ToLowerInvariant();

    private static string Ranks(FactorizedLayer layer)
    {
        var (f, whole) = (layer.Factors!, layer.Layer);
        return f.Method == FactorMethod.Tucker2
            ? $"{f.InputRank}, {f.Rank} of {whole.FullInputRank(f.Method)}, {whole.FullRank(f.Method)}"
            : $"{f.Rank} of {whole.FullRank(f.Method)}";
    }

    private static JsonObject Layer(FactorizedLayer layer)
    {
        var json = new JsonObject { ["name"] = layer.Name };
        if (layer.Factors is not { } f)
        {
            json["reason"] = layer.Reason;
            return json;
        }
        (json["method"], json["rank"], json["fullRank"]) = (Name(f.Method), f.Rank, layer.Layer.FullRank(f.Method));
        if (f.Method == FactorMethod.Tucker2) (json["inputRank"], json["fullInputRank"]) = (f.InputRank, layer.Layer.FullInputRank(f.Method));
        (json["macsBefore"], json["macs"], json["weightsBefore"], json["weights"], json["error"]) = (layer.Layer.Macs, layer.MacsAfter, layer.Layer.Weights, layer.WeightsAfter, f.Error);
        return json;
    }
}
