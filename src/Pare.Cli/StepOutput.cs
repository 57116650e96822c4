using System.Text.Json.Nodes;
using Pare.Onnx;
using Pare.Profile;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli;

/// <summary>What a single step did, as a table and as JSON.</summary>
internal static class StepOutput
{
    /// <param name="before">The network that was worked on.</param>
    /// <param name="path">Where the result was written.</param>
    public static void Show(VerbRun run, Model before, StepResult result, string path)
    {
        var (macs, macsLeft) = (ModelProfile.MacsByNode(before).Values.Sum(), ModelProfile.MacsByNode(result.Model).Values.Sum());
        var weights = result.Layers.Sum(l => l.Weights);
        var nonZero = result.Layers.Sum(l => l.Kept * l.Weights);
        var json = new JsonObject
        {
            ["step"] = result.Step,
            ["out"] = path,
            ["weights"] = weights,
            ["kept"] = weights == 0 ? 1 : nonZero / weights,
            ["macs"] = macs,
            ["macsLeft"] = macsLeft,
            ["bytes"] = OutputFile.Bytes(path),
            ["layers"] = new JsonArray([.. result.Layers.Select(Layer)]),
            ["leftAlone"] = new JsonArray([.. result.LeftAlone.Select(n => JsonValue.Create(n))]),
        };
        if (result.Layers.Any(l => l.Channels is not null)) json["leftWhole"] = new JsonArray([.. result.LeftWhole.Select(l => new JsonObject { ["layer"] = l.Layer, ["reason"] = l.Reason })]);
        run.Show(json, console =>
        {
            var more = MoreColumns(result);
            var table = Tables.New(console, ["layer", "weights", "kept", "bits", .. more]);
            foreach (var layer in result.Layers)
                table.AddRow([Tables.Cell(layer.Name), .. Cells(layer, more.Length > 0).Select(Tables.Cell)]);
            if (result.Layers.Count > 1) table.AddTotal(["total", Format.Count(weights), Format.Percent(nonZero / weights), "", .. more.Select(_ => "")]);
            console.WriteTable(table);
            foreach (var (layer, reason) in result.LeftWhole) console.WriteLine($"left whole: {layer} ({reason})");
            foreach (var name in result.LeftAlone) console.WriteLine($"left alone: {name} (its weights are in a form that '{result.Step}' does not know)");
            if (macsLeft != macs) console.WriteLine($"{Format.Short(macs)} MACs before, {Format.Short(macsLeft)} now ({Format.Percent((double)macsLeft / macs)})");
            console.WriteLine($"wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}");
        });
    }

    private static string[] MoreColumns(StepResult result) =>
        result.Layers.Any(l => l.Sharing is not null) ? ["values", "entropy"]
        : result.Layers.Any(l => l.Channels is not null) ? ["channels", "left"]
        : result.Layers.Any(l => l.Rounding is not null || l.Compensation is not null) ? ["error"]
        : [];

    private static IEnumerable<string> Cells(LayerChange layer, bool more)
    {
        yield return Format.Count(layer.Weights);
        yield return Format.Percent(layer.Kept);
        yield return Format.Bits(layer.Bits);
        if (!more) yield break;
        if ((layer.Rounding?.Error ?? layer.Compensation?.Error) is { } error)
        {
            yield return Format.Percent(error);
            yield break;
        }
        if (layer.Channels is { } channels)
        {
            yield return Format.Count(channels.Before);
            yield return Format.Count(channels.After);
            yield break;
        }
        yield return layer.Sharing is { } sharing ? Format.Count(sharing.Centroids) : "-";
        yield return layer.Sharing is { } s ? Format.Bits(s.EntropyBits) : "-";
    }

    private static JsonObject Layer(LayerChange layer)
    {
        var json = new JsonObject { ["name"] = layer.Name, ["weights"] = layer.Weights, ["kept"] = layer.Kept, ["bits"] = layer.Bits };
        if ((layer.Rounding?.Error ?? layer.Compensation?.Error) is { } error) json["error"] = error;
        if (layer.Channels is { } channels) (json["channels"], json["channelsLeft"]) = (channels.Before, channels.After);
        if (layer.Sharing is not { } sharing) return json;
        json["values"] = sharing.Centroids;
        json["entropyBits"] = sharing.EntropyBits;
        return json;
    }
}
