using System.Globalization;

namespace Pare.Report;

/// <summary>A compression report as one HTML page.</summary>
public static class HtmlReport
{
    public static string Render(RunReport report)
    {
        var page = new HtmlPage($"{report.Model}: {Format.Ratio(report.Ratio)} smaller", $"{report.Model} on {report.Data}");
        page.Paragraph(report.Contract.Held ? "good" : "bad", report.Contract.Verdict);
        page.Figures(Figures(report));
        page.Table("Both costs", ["", "before", "after", "gain"], ReportTable.Costs(report));
        if (report.Layers.Count > 0)
        {
            page.Chart("Bytes of each layer, before and after", Charts.LayerBars(report.Layers));
            page.Table("Layers", ReportTable.LayerHeaders, [.. report.Layers.Select(ReportTable.LayerCells)]);
        }
        if (report.Steps.Count(s => s.Value is not null) > 1)
            page.Chart($"{report.Metric.Name} on validation data after each step", Charts.StepCurve(report.Steps));
        if (report.Steps.Count > 0)
            page.Table("Steps", ["step", report.Metric.Name, "packed bytes", "seconds", "options"], [.. report.Steps.Select(StepCells)]);
        page.Origin(report.Command, $"Pare {report.Pare}, seed {report.Seed}. {report.Machine}. The size before is every weight and bias at 4 bytes; the size after is the whole packed file, graph and header included.");
        foreach (var input in report.Inputs)
            page.Html($"<p class=\"soft\">{HtmlPage.Text(input.Path)}, {Format.Count(input.Bytes)} bytes, SHA-256 <code>{HtmlPage.Text(input.Sha256)}</code></p>");
        return page.ToString();
    }

    private static IEnumerable<(string, string)> Figures(RunReport report)
    {
        if (report.Result.PackedBytes is { } packed)
        {
            yield return (Format.Ratio(report.Ratio), "smaller");
            yield return (Format.Bytes(packed), $"from {Format.Bytes(report.Baseline.WeightBytes)}");
        }
        if (report.Result.Value is { } value)
            yield return (Format.Percent(value), report.Baseline.Value is { } was ? $"{report.Metric.Name}, from {Format.Percent(was)}" : report.Metric.Name);
        if (report.Speedup > 0) yield return (Format.Ratio(report.Speedup), $"speed, {Format.Milliseconds(report.Result.LatencyMs!.Median)} a prediction");
    }

    private static IReadOnlyList<string> StepCells(StepReport step) =>
    [
        step.Name,
        step.Value is { } value ? Format.Percent(value) : "-",
        step.PackedBytes is { } bytes ? Format.Count(bytes) : "-",
        step.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
        string.Join(", ", step.Options.Select(o => $"{o.Key} {o.Value?.ToJsonString() ?? "null"}")),
    ];
}
