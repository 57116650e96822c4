namespace Pare.Report;

/// <summary>Both costs of a network as one HTML page.</summary>
public static class InspectHtml
{
    public static string Render(InspectReport report)
    {
        var page = new HtmlPage($"{report.Model}: both costs", report.Model);
        page.Figures(Figures(report));
        foreach (var line in InspectTable.Lines(report)) page.Paragraph("soft", line);
        page.Table("Layers", new HtmlTable(
            "kept is the share of weights that are not zero, values the number of different weights, bits what a weight's code needs. Bars are shares of the largest.",
            InspectTable.Headers(report), WithBars(InspectTable.Headers(report), InspectTable.Rows(report, all: true), report))
        { Total = Cell.Of(InspectTable.Total(report)) });
        if (report.PackedLayers is { Count: > 0 } packed) page.Table("Packed", LayerTable.Of(packed));
        page.Origin(report.Command, $"Pare {report.Pare}. {report.Machine}.");
        return page.ToString();
    }

    private static IEnumerable<Figure> Figures(InspectReport report)
    {
        yield return new(Format.Bytes(report.WeightBytes), $"{Format.Short(report.Parameters)} parameters");
        yield return new(Format.Short(report.Macs), "multiply-adds a prediction");
        if (report.PeakActivationBytes is { } peak) yield return new(Format.Bytes(peak), "of values at once");
        if (report.Time is { } time) yield return new(Format.Milliseconds(time.LatencyMs.Median), $"a run of batch {time.Batch}");
        if (report.Training is { } training) yield return new(Format.Milliseconds(training.StepMs.Median), $"a training step of batch {training.Batch}");
        if (report.PackedBytes is { } packed) yield return new(Format.Bytes(packed), "packed");
    }

    // The first rows are the layers; what the runtime put in follows.
    private static IReadOnlyList<IReadOnlyList<Cell>> WithBars(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows, InspectReport report)
    {
        var (bytes, time) = (headers.ToList().IndexOf("bytes"), headers.ToList().IndexOf("time"));
        double mostBytes = Math.Max(1, report.Layers.Select(l => l.Bytes).DefaultIfEmpty().Max()), mostTime = report.Layers.Select(l => l.Ms ?? 0).DefaultIfEmpty().Max();
        return [.. rows.Select((row, i) => (IReadOnlyList<Cell>)[.. row.Select((text, column) => i < report.Layers.Count ? Barred(text, report.Layers[i], column) : text)])];

        Cell Barred(string text, LayerCost layer, int column) => column == bytes
            ? new Cell(text) { Bar = layer.Bytes / mostBytes }
            : column == time && layer.Ms is { } ms && mostTime > 0 ? new Cell(text) { Bar = ms / mostTime } : text;
    }
}
