namespace Pare.Report;

/// <summary>Both costs of a network as one HTML page.</summary>
public static class InspectHtml
{
    public static string Render(InspectReport report)
    {
        var page = new HtmlPage($"{report.Model}: both costs", report.Model);
        page.Figures(Figures(report));
        foreach (var line in InspectTable.Lines(report)) page.Paragraph("soft", line);
        var layers = report.Layers.Where(l => InspectTable.IsListed(l) || l.Ms > 0).ToList();
        if (layers.Count > 0) page.Chart(report.Time is null ? "Bytes of each layer" : "Bytes and time of each layer", Charts.CostBars(layers));
        page.Table("Layers", InspectTable.Headers(report), [.. InspectTable.Rows(report, all: true), InspectTable.Total(report)]);
        if (report.PackedLayers is { Count: > 0 } packed) page.Table("Packed", ReportTable.LayerHeaders, [.. packed.Select(ReportTable.LayerCells)]);
        page.Origin(report.Command, $"Pare {report.Pare}. {report.Machine}.");
        return page.ToString();
    }

    private static IEnumerable<(string, string)> Figures(InspectReport report)
    {
        yield return (Format.Bytes(report.WeightBytes), $"{Format.Short(report.Parameters)} parameters");
        yield return (Format.Short(report.Macs), "multiply-adds a prediction");
        if (report.PeakActivationBytes is { } peak) yield return (Format.Bytes(peak), "of values at once");
        if (report.Time is { } time) yield return (Format.Milliseconds(time.LatencyMs.Median), $"a run of batch {time.Batch}");
        if (report.Training is { } training) yield return (Format.Milliseconds(training.StepMs.Median), $"a training step of batch {training.Batch}");
        if (report.PackedBytes is { } packed) yield return (Format.Bytes(packed), "packed");
    }
}
