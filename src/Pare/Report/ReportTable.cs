namespace Pare.Report;

/// <summary>A report as plain text: both costs before and after, then the layers in the paper's columns.</summary>
public static class ReportTable
{
    public static IReadOnlyList<string> LayerHeaders { get; } =
        ["layer", "op", "weights", "kept", "weight bits", "coded", "index bits", "coded", "bytes", "of 32 bit", "ratio"];

    /// <summary>A layer's cells, in the order of <see cref="LayerHeaders"/>.</summary>
    public static IReadOnlyList<string> LayerCells(LayerReport layer) =>
    [
        layer.Name, layer.Op, Format.Count(layer.Weights), Format.Percent(layer.Kept),
        Format.Bits(layer.WeightBits), Format.Bits(layer.WeightBitsCoded), Format.Bits(layer.IndexBits), Format.Bits(layer.IndexBitsCoded),
        Format.Count(layer.PackedBytes), layer.Weights == 0 ? "-" : Format.Percent(layer.PackedBytes / (4.0 * layer.Weights)), Format.Ratio(layer.Ratio),
    ];

    /// <summary>The layers' table.</summary>
    public static string Layers(IReadOnlyList<LayerReport> layers) => TextTable.Render(LayerHeaders, [.. layers.Select(LayerCells)]);

    /// <summary>Each cost's name, its figure before and after, and the gain; costs that were not measured are left out.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Costs(RunReport report)
    {
        var (before, after) = (report.Baseline, report.Result);
        var rows = new List<IReadOnlyList<string>>();
        if (before.Value is { } was && after.Value is { } now)
            rows.Add([report.Metric.Name, Format.Percent(was), Format.Percent(now), Format.Points((now - was) * 100) + " points"]);
        if (after.PackedBytes is { } packed)
            rows.Add(["size (packed)", Format.Bytes(before.WeightBytes), Format.Bytes(packed), Format.Ratio(report.Ratio)]);
        rows.Add(["ONNX file", Format.Bytes(before.OnnxBytes), Format.Bytes(after.OnnxBytes), Gain(before.OnnxBytes, after.OnnxBytes)]);
        rows.Add(["parameters", Format.Count(before.Parameters), Format.Count(after.Parameters), Gain(before.Parameters, after.Parameters)]);
        if (after.NonZero is { } nonZero)
            rows.Add(["not zero", Format.Count(before.NonZero ?? before.Parameters), Format.Count(nonZero), Gain(before.NonZero ?? before.Parameters, nonZero)]);
        rows.Add(["MACs", Format.Count(before.Macs), Format.Count(after.Macs), Gain(before.Macs, after.Macs)]);
        if (before.LatencyMs is { } slow && after.LatencyMs is { } fast)
            rows.Add(["latency", Format.Milliseconds(slow.Median), Format.Milliseconds(fast.Median), Format.Ratio(report.Speedup)]);
        return rows;
    }

    public static IReadOnlyList<string> FrontHeaders { get; } = ["network", "size (packed)", "smaller", "latency", "faster", "metric", "points lost"];

    /// <summary>The networks of the front, in the order of <see cref="FrontHeaders"/>.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Front(RunReport report) =>
    [
        .. report.Front.Select(p => (IReadOnlyList<string>)[
            p.Folder, Format.Bytes(p.PackedBytes), Gain(report.Baseline.WeightBytes, p.PackedBytes), Format.Milliseconds(p.LatencyMs),
            report.Baseline.LatencyMs is { } before ? Format.Ratio(before.Median / p.LatencyMs) : "-", Format.Percent(p.Value), Format.Points(p.Drop)]),
    ];

    public static string Render(RunReport report) =>
        TextTable.Render(["", "before", "after", "gain"], Costs(report)) + $"{report.Contract.Verdict}\n"
        + string.Concat(report.LeftOut.Select(l => $"left out: {l.Recipe} ({l.Reason})\n"))
        + (report.Front.Count == 0 ? "" : "\n" + TextTable.Render(FrontHeaders, Front(report)))
        + (report.Layers.Count == 0 ? "" : "\n" + Layers(report.Layers));

    private static string Gain(long before, long after) => after == 0 ? "-" : Format.Ratio((double)before / after);
}
