namespace Pare.Report;

/// <summary>A comparison as one HTML page.</summary>
public static class ComparisonHtml
{
    public static string Render(Comparison comparison)
    {
        var page = new HtmlPage("Networks compared", $"{comparison.Networks.Count} networks on {comparison.Data}");
        page.Table("Networks", new HtmlTable(
            $"Each trained for {comparison.Epochs} epochs of {Format.Count(comparison.Examples)} examples; {comparison.Metric.Name} on the test data, mean and deviation over {comparison.Networks.Max(n => n.Values.Count)} seeds.",
            Comparison.Headers, [.. comparison.Networks.Select(n => Cell.Of(Comparison.Cells(n)))]));
        Chart("multiply-adds", n => n.Costs.Macs, x => Format.Short((long)x));
        Chart("bytes of the ONNX file", n => n.Costs.OnnxBytes, x => Format.Bytes((long)x));
        if (comparison.Networks.All(n => n.Costs.LatencyMs is not null)) Chart("latency", n => n.Costs.LatencyMs!.Median, Format.Milliseconds);
        page.Origin(comparison.Command, $"Pare {comparison.Pare}. {comparison.Machine}.");
        return page.ToString();

        void Chart(string across, Func<ComparedNetwork, double> cost, Func<double, string> label)
        {
            var title = $"{comparison.Metric.Name} against {across}";
            page.Section(title);
            page.Html(new ScatterChart
            {
                Title = title, Across = across, Label = label, NameWidth = 130,
                Points = [.. comparison.Networks.Select(n => new ScatterPoint(n.Name, cost(n), n.Mean) { Deviation = n.Deviation })],
            }.Draw());
        }
    }
}
