namespace Pare.Report;

/// <summary>A comparison as one HTML page.</summary>
public static class ComparisonHtml
{
    public static string Render(Comparison comparison)
    {
        var page = new HtmlPage("Networks compared", $"{comparison.Networks.Count} networks on {comparison.Data}");
        page.Paragraph("soft", $"Each trained for {comparison.Epochs} epochs of {Format.Count(comparison.Examples)} examples; {comparison.Metric.Name} on the test data, mean and deviation over {comparison.Networks.Max(n => n.Values.Count)} seeds.");
        page.Table("Networks", Comparison.Headers, [.. comparison.Networks.Select(Comparison.Cells)]);
        Chart("multiply-adds", n => n.Costs.Macs, x => Format.Short((long)x));
        Chart("bytes of the ONNX file", n => n.Costs.OnnxBytes, x => Format.Bytes((long)x));
        if (comparison.Networks.All(n => n.Costs.LatencyMs is not null)) Chart("latency", n => n.Costs.LatencyMs!.Median, Format.Milliseconds);
        page.Origin(comparison.Command, $"Pare {comparison.Pare}. {comparison.Machine}.");
        return page.ToString();

        void Chart(string across, Func<ComparedNetwork, double> cost, Func<double, string> label)
        {
            var points = comparison.Networks.Select(n => (n.Name, cost(n), n.Mean, n.Deviation)).ToList();
            page.Chart($"{comparison.Metric.Name} against {across}", ScatterChart.Draw($"{comparison.Metric.Name} against {across}", across, points, label));
        }
    }
}
