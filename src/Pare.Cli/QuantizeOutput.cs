using System.Text.Json.Nodes;
using Pare.Ort;
using Pare.Profile;
using Pare.Quantize.Integer;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli;

/// <summary>An 8-bit network with everything that is said about it.</summary>
/// <param name="Network">The network and its layers.</param>
/// <param name="Images">Calibration examples that were used.</param>
/// <param name="Fusion">What ONNX Runtime makes of it.</param>
/// <param name="Latency">Both networks timed in turns; null where they were not.</param>
/// <param name="Before">The float network's score on data that no choice was made on; on calibration data where there is nothing else.</param>
/// <param name="After">This network's score there.</param>
internal sealed record QuantizationResult(
    Int8Result Network, int Images, FusionReport Fusion, (LatencyComparison Float, LatencyComparison Int8)? Latency, Evaluation Before, Evaluation After)
{
    public PairedDrop Drop { get; } = PairedDrop.Between(Before.Metric, Before.Scores, After.Scores);
}

/// <summary>What quantization to 8 bits did, as a table and as JSON.</summary>
internal static class QuantizeOutput
{
    public static void Show(VerbRun run, QuantizationResult result, Int8Options options, string path)
    {
        var drop = result.Drop;
        var method = options.Method.ToString().ToLowerInvariant();
        var islands = Islands(result);
        var json = new JsonObject
        {
            ["step"] = "quantize", ["scheme"] = "int8", ["out"] = path, ["calibration"] = method, ["images"] = result.Images,
            ["reducedRange"] = options.ReducedRange, ["signedActivations"] = options.SignedActivations, ["perTensor"] = options.PerTensor,
            ["metric"] = result.After.Metric.Name, ["before"] = result.Before.Value, ["value"] = result.After.Value, ["count"] = result.After.Count, ["drop"] = drop.Points, ["dropUpper95"] = double.IsFinite(drop.Upper95) ? drop.Upper95 : null,
            ["fused"] = result.Fusion.Fused, ["conversions"] = result.Fusion.Conversions,
            ["operators"] = new JsonObject(result.Fusion.Counts.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
            ["floatMs"] = result.Latency?.Float.LatencyMs.Median, ["int8Ms"] = result.Latency?.Int8.LatencyMs.Median, ["ratio"] = result.Latency?.Int8.Ratio.Value,
            ["layers"] = new JsonArray([.. result.Network.Layers.Select(l => Layer(l, method))]),
            ["floatIslands"] = new JsonArray([.. islands.Select(i => new JsonObject { ["name"] = i.Name, ["reason"] = i.Reason })]),
        };
        run.Show(json, console =>
        {
            var table = Tables.New(console, ["layer", "op", "weights", "error", "runs in", "why"]);
            foreach (var layer in result.Network.Layers)
                table.AddRow(new[] { layer.Name, layer.Op, Format.Count(layer.Weights), layer.IsInteger ? Format.Percent(layer.Error) : "-", layer.IsInteger ? "int8" : "float", layer.Reason ?? $"range by {method}" }.Select(Tables.Cell));
            console.WriteTable(table);
            var counts = string.Join(", ", result.Fusion.Counts.Where(c => c.Key.StartsWith('Q') || c.Key is "MatMulIntegerToFloat" or "DequantizeLinear").Select(c => $"{c.Value} {c.Key}"));
            console.WriteLine($"ONNX Runtime fuses {result.Fusion.Fused} layers to 8-bit kernels: {counts}");
            foreach (var (name, reason) in islands.Where(i => result.Network.Layers.All(l => l.Name != i.Name))) console.WriteLine($"in float: {name} ({reason})");
            if (options.ReducedRange) console.WriteLine("weights have 7 bits: this processor adds products in 16 bits (no VNNI)");
            if (result.Latency is var (before, after)) console.WriteLine($"latency {Format.Milliseconds(before.LatencyMs.Median)} in float, {Format.Milliseconds(after.LatencyMs.Median)} now: {Format.Ratio(after.Ratio)} the time, {Format.Ratio(1 / after.Ratio.Value)} as fast");
            console.WriteLine($"{result.After.Metric.Name} {Format.Percent(result.Before.Value)} before, {Format.Percent(result.After.Value)} now: {Format.Lost(drop.Points)} on {Format.Count(result.After.Count)} examples ({Format.Count(result.Images)} calibrated)");
            console.WriteLine($"wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}");
        });
    }

    /// <summary>Every convolution and matrix product that ONNX Runtime runs in float, with its reason.</summary>
    private static List<(string Name, string Reason)> Islands(QuantizationResult result)
    {
        var reasons = result.Network.Layers.Where(l => !l.IsInteger).DistinctBy(l => l.Name).ToDictionary(l => l.Name, l => l.Reason!);
        var integer = result.Network.Layers.Where(l => l.IsInteger).Select(l => l.Name).ToHashSet();
        return [.. result.Fusion.FloatLayers.Select(n => (n, reasons.GetValueOrDefault(n) ?? (integer.Contains(n) ? "ONNX Runtime does not fuse it" : "both factors are computed, or it stands in a form that is not followed")))];
    }

    private static JsonObject Layer(Int8Layer layer, string method)
    {
        var json = new JsonObject { ["name"] = layer.Name, ["op"] = layer.Op, ["weights"] = layer.Weights, ["scheme"] = layer.IsInteger ? "int8" : "float" };
        if (layer.IsInteger) (json["calibration"], json["error"]) = (method, layer.Error);
        else json["reason"] = layer.Reason;
        return json;
    }
}
