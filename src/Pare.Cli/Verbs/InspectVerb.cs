using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pare.Coding;
using Pare.Profile;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare inspect</c>: what a network costs in space and in work.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var all = Opt.Flag("--all", "List every operator, not only those with weights or multiply-adds.");
        return new VerbCommand("inspect", "Both costs of a network, layer by layer and in total.", new OptionGroup("Listing") { all })
        {
            Arguments = { model },
            Details = "kept is the share of weights that are not zero, values the number of different weights, bits what a weight's code needs, MACs the multiply-adds of one prediction.",
            Examples = ["pare inspect model.onnx", "pare inspect squeezenet1.0 --json"],
            Body = run =>
            {
                var loaded = Models.Load(run.Get(model), new ZooOptions { Seed = run.Seed });
                var profile = ModelProfile.Of(loaded.Model);
                var costs = Costs.Of(profile, loaded);
                var nodes = profile.Nodes.Where(n => run.Get(all) || n.Parameters > 0 || n.Macs != 0).ToList();
                var packed = loaded.IsPacked ? LayerReports.Of(profile, loaded.Model, profile, PackedFile.Describe(loaded.Path!)) : [];
                run.Show(Json(loaded, profile, costs, nodes, packed), console =>
                {
                    Render(console, loaded, profile, costs, nodes);
                    if (packed.Count > 0) RenderPacked(console, costs, packed);
                });
            },
        };
    }

    private static void Render(IAnsiConsole console, LoadedModel loaded, ModelProfile profile, ModelCosts costs, List<NodeProfile> nodes)
    {
        var table = Tables.New(console, ["layer", "operator", "output", "weights", "kept", "values", "bits", "bytes", "MACs"]);
        foreach (var node in nodes) table.AddRow([.. Cells(node).Select(Tables.Cell)]);
        var weights = profile.Nodes.Sum(n => n.Weights?.Count ?? 0);
        table.AddTotal(["total", "", "", Format.Count(weights), weights == 0 ? "-" : Format.Percent((double)profile.NonZero / weights), "", "", Format.Count(profile.StoredBytes), Format.Count(profile.Macs)]);
        console.Write(table);
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{loaded.Name}[/]  {Format.Count(costs.Parameters)} parameters, {Format.Bytes(costs.WeightBytes)} as float32, ONNX file {Format.Bytes(costs.OnnxBytes)}");
        var peak = profile.PeakActivationBytes is { } bytes ? $", at most {Format.Bytes(bytes)} of values at once" : "";
        console.WriteLine($"{Format.Short(profile.Macs)} MACs a prediction{peak}");
        if (profile.Uncounted.Length > 0) console.WriteLine($"not counted: {string.Join(", ", profile.Uncounted.Take(5))}{(profile.Uncounted.Length > 5 ? $" and {profile.Uncounted.Length - 5} more" : "")}");
    }

    private static void RenderPacked(IAnsiConsole console, ModelCosts costs, IReadOnlyList<LayerReport> layers)
    {
        console.WriteLine();
        var table = Tables.New(console, ReportTable.LayerHeaders);
        foreach (var layer in layers) table.AddRow(ReportTable.LayerCells(layer).Select(Tables.Cell));
        console.Write(table);
        console.MarkupLineInterpolated($"packed file [bold]{Format.Count(costs.PackedBytes!.Value)}[/] bytes, {Format.Ratio((double)costs.WeightBytes / costs.PackedBytes.Value)} smaller than the weights as float32");
    }

    private static IEnumerable<string> Cells(NodeProfile node)
    {
        yield return node.Name;
        yield return node.OpType;
        yield return node.OutputShape is { } shape ? string.Join('x', shape.Skip(1)) : "?";
        yield return node.Weights is { } w ? Format.Count(w.Count) : "-";
        yield return node.Weights is { } k ? Format.Percent(k.Kept) : "-";
        yield return node.Weights is { } v ? Values(v) : "-";
        yield return node.Weights is { } b ? Format.Bits(Bits(b)) : "-";
        yield return Format.Count(node.StoredBytes);
        yield return node.Macs is { } macs ? Format.Count(macs) : "?";
    }

    private static string Values(WeightProfile weights) => weights.Distinct is { } distinct ? Format.Count(distinct) : string.Create(CultureInfo.InvariantCulture, $">{WeightProfile.MaxDistinct:N0}");

    /// <summary>Bits of a code for the different values, where a codebook with codes is smaller than the weights; else 32.</summary>
    private static double Bits(WeightProfile weights)
    {
        if (weights.Distinct is not { } distinct) return 32;
        var bits = Math.Ceiling(Math.Log2(Math.Max(2, distinct)));
        return weights.Count * bits + 32.0 * distinct < 32.0 * weights.Count ? bits : 32;
    }

    private static JsonObject Json(LoadedModel loaded, ModelProfile profile, ModelCosts costs, List<NodeProfile> nodes, IReadOnlyList<LayerReport> packed)
    {
        var json = new JsonObject
        {
            ["model"] = loaded.Name,
            ["parameters"] = costs.Parameters,
            ["weightBytes"] = costs.WeightBytes,
            ["onnxBytes"] = costs.OnnxBytes,
            ["nonZero"] = costs.NonZero,
            ["macs"] = costs.Macs,
            ["peakActivationBytes"] = profile.PeakActivationBytes,
            ["opset"] = loaded.Model.OpsetVersion,
            ["layers"] = new JsonArray([.. nodes.Select(Layer)]),
            ["uncounted"] = new JsonArray([.. profile.Uncounted.Select(n => JsonValue.Create(n))]),
        };
        if (costs.PackedBytes is not { } bytes) return json;
        json["packedBytes"] = bytes;
        json["packedLayers"] = new JsonArray([.. packed.Select(l => l.ToJson())]);
        return json;
    }

    private static JsonObject Layer(NodeProfile node) => new()
    {
        ["name"] = node.Name,
        ["op"] = node.OpType,
        ["parameters"] = node.Parameters,
        ["weights"] = node.Weights?.Count ?? 0,
        ["kept"] = node.Weights?.Kept,
        ["values"] = node.Weights?.Distinct,
        ["weightBits"] = node.Weights is { } weights ? Bits(weights) : null,
        ["bytes"] = node.StoredBytes,
        ["macs"] = node.Macs,
    };
}
