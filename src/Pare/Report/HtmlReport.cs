namespace Pare.Report;

/// <summary>A compression report as one HTML page.</summary>
public static class HtmlReport
{
    public static string Render(RunReport report)
    {
        var page = new HtmlPage($"{report.Model}: {Format.Ratio(report.Ratio)} smaller", $"{report.Model} on {report.Data}");
        var contract = report.Contract;
        page.Html($"<p class=\"verdict {Colour(contract)}\"><b>{Sign(contract)} {HtmlPage.Text(char.ToUpperInvariant(contract.Standing[0]) + contract.Standing[1..])}</b> <span>{Meaning(contract)}</span></p>");
        page.Figures(Figures(report));
        page.Facts(Facts(report));
        page.Table("Both costs", new HtmlTable("The size before is every weight and bias at 4 bytes; the size after is the whole packed file, graph and header included.",
            ["", "before", "after", "gain"], [.. ReportTable.Costs(report).Select(Cell.Of)])
        { Sortable = false });
        if (report.Front.Count > 0)
            page.Table("The front", new HtmlTable("Networks that keep the promise, none of which another beats in both costs; the first is model.onnx.", ReportTable.FrontHeaders, [.. ReportTable.Front(report).Select(Cell.Of)]));
        if (report.Layers.Count > 0) page.Table("Layers", LayerTable.Of(report.Layers));
        if (SearchChart.Draw(report) is { } search)
        {
            page.Section($"The search: {report.Metric.Name} against size");
            page.Paragraph("soft", $"Every network the run tried, with its number among the steps, on the validation data. {(contract.MaxDrop is null ? "An aim is held against the mean." : "A promise is held against the upper end of the 95 % interval.")} A step may be allowed only a part of what can be lost, so that later ones have the rest.");
            page.Html(search);
        }
        if (report.Sensitivity is { Count: > 0 } sensitivity) page.Table("Sensitivity of each layer", SensitivityTable.Of(sensitivity));
        if (report.Nodes is { Count: > 0 } nodes) page.Table("Time of each operator", NodeTable.Of(nodes));
        if (report.Steps.Count > 0) page.Table("Steps", StepTable.Of(report));
        if (contract.Kept && report.Call is { } call)
        {
            page.Section("How to use the result");
            page.Paragraph("soft", "model.onnx is standard ONNX and needs nothing of Pare. model.pare is the same file packed: pare unpack model.pare -o model.onnx gives it back, byte for byte.");
            foreach (var (language, code) in Snippets.Of(call))
            {
                page.Html($"<details{(language.StartsWith("C#", StringComparison.Ordinal) ? " open" : "")}><summary>{HtmlPage.Text(language)}</summary>");
                page.Code(language, code);
                page.Html("</details>");
            }
        }
        page.Origin(report.Command, $"Pare {report.Pare}, seed {report.Seed}.{(report.Libraries.Count > 0 ? $" {string.Join(", ", report.Libraries)}." : "")} {report.Machine}.");
        if (report.Inputs.Count > 0)
            page.Html(new HtmlTable("Files that were read.", ["file", "bytes", "SHA-256"], [.. report.Inputs.Select(i => (IReadOnlyList<Cell>)[i.Path, Format.Count(i.Bytes), new Cell(i.Sha256) { IsProse = true }])]) { Sortable = false }.Render("Files that were read"));
        return page.ToString();
    }

    private static IEnumerable<Figure> Figures(RunReport report)
    {
        if (report.Result.PackedBytes is { } packed)
            yield return new(Format.Ratio(report.Ratio), $"smaller: {Format.Bytes(report.Baseline.WeightBytes)} to {Format.Bytes(packed)}") { Left = report.Ratio > 0 ? 1 / report.Ratio : 1 };
        if (report.Speedup > 0)
            yield return new(Format.Ratio(report.Speedup), $"as fast: {Format.Milliseconds(report.Baseline.LatencyMs!.Median)} to {Format.Milliseconds(report.Result.LatencyMs!.Median)} a prediction") { Left = 1 / report.Speedup };
        if (report.Result.Value is { } value)
            yield return new(Format.Percent(value), report.Baseline.Value is { } was ? $"{report.Metric.Name}, {Format.Percent(was)} before" : report.Metric.Name) { Left = report.Metric.HigherIsBetter ? value : null };
    }

    private static IEnumerable<(string, string)> Facts(RunReport report)
    {
        var contract = report.Contract;
        yield return ("Model", report.Model);
        yield return ("Data", report.Data);
        if (report.Target is { } target) yield return ("Made small", $"{(target == "both" ? "both costs" : target)}{(report.Minutes is { } minutes ? $", in {Format.Figure(minutes)} minutes" : "")}");
        if (report.Recipe is { } worked) yield return ("Recipe", worked);
        foreach (var (recipe, reason) in report.LeftOut) yield return ("Left out", $"{recipe}: {reason}");
        if (contract.MinRatio is { } ratio) yield return ("Promise", $"{Format.Ratio(ratio)} or more smaller");
        yield return (contract.MaxDrop is null ? "Aim, promised to nobody" : "Promise", $"at most {Format.Figure(contract.Aim)} points lost");
        yield return ("Measured", Format.Lost(contract.Drop));
        yield return ("With 95 % confidence", $"at {(contract.DropUpper95 < 0 ? "least" : "most")} {Format.Lost(contract.DropUpper95)}");
        if (report.Result.Count > 0) yield return ("Measured on", $"{Format.Count(report.Result.Count)} test examples");
    }

    private static string Colour(Contract contract) => contract.Standing switch
    {
        "promise kept" or "aim kept" => "good",
        "promise kept on the estimate" => "fair",
        _ => "bad",
    };

    private static string Meaning(Contract contract) => contract.Standing switch
    {
        "promise kept" when contract.MaxDrop is null => "The packed file is as small as was promised; nothing was promised of what is lost.",
        "promise kept" => "What was lost is within the promise, and with 95 % confidence stays within it on other data of this kind.",
        "promise kept on the estimate" => "What was lost is within the promise, by the measured drop alone, as was asked for; its interval was not held against it.",
        "aim kept" => "What was lost is within what the recipe allows itself.",
        "nothing found" => "No other network could be made of this one; these are its figures as it was.",
        "aim missed" => "More was lost on the test data than the recipe allows itself.",
        "aim out of reach" => "Every network lost more on the validation data than the recipe allows itself; these are the figures of the one that came nearest.",
        _ => "No network was found that keeps the promise; these are the figures of the one that came nearest.",
    };

    private static string Sign(Contract contract) => Colour(contract) switch { "good" => "\u2713", "fair" => "\u2248", _ => "\u2717" };
}
