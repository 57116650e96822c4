using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pare.Report;
using Xunit;

namespace Pare.Tests.Report;

public sealed class RenderingTests
{
    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(999, "999 B")]
    [InlineData(44_100, "44.1 KB")]
    [InlineData(999_499, "999 KB")]
    [InlineData(999_600, "1.00 MB")]
    [InlineData(6_900_000, "6.90 MB")]
    [InlineData(243_900_000, "244 MB")]
    public void Sizes_have_three_digits(long bytes, string text) => Assert.Equal(text, Format.Bytes(bytes));

    [Fact]
    public void The_layer_table_has_the_papers_columns()
    {
        var lines = ReportTable.Layers(Reports.Sample.Layers).Split('\n');
        Assert.StartsWith("layer", lines[0], StringComparison.Ordinal);
        Assert.Equal(["ip1", "Gemm", "400,000", "8 %", "5", "4.5", "5", "4.5", "36,960", "2.31 %", "43.3x"], Regex.Split(lines[3].Trim(), " {2,}"));
    }

    [Fact]
    public void Costs_that_were_not_measured_are_left_out()
    {
        var report = Reports.Sample with { Result = Reports.Sample.Result with { Value = null, LatencyMs = null } };
        Assert.DoesNotContain(ReportTable.Costs(report), row => row[0] is "top1" or "latency");
    }

    [Fact]
    public void The_page_asks_for_nothing_from_outside()
    {
        var page = HtmlReport.Render(Reports.Sample);
        Assert.DoesNotMatch("(?i)(src|href|url)\\s*[=(]|@import|<script|https?:", page);
    }

    [Fact]
    public void The_page_shows_text_from_files_as_text() => Assert.Contains("glyphs &lt;&amp;&gt;", HtmlReport.Render(Reports.Sample), StringComparison.Ordinal);

    [Fact]
    public void The_charts_are_well_formed()
    {
        var page = HtmlReport.Render(Reports.Sample);
        var charts = Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline);
        Assert.Equal(2, charts.Count);
        // Before and after for each of two layers.
        Assert.Equal(4, XElement.Parse(charts[0].Value).Elements("rect").Count());
        Assert.Equal(2, XElement.Parse(charts[1].Value).Elements("circle").Count());
    }

    [Fact]
    public void A_flat_curve_has_finite_coordinates()
    {
        var report = Reports.Sample with { Steps = [.. Reports.Sample.Steps.Select(s => s with { Value = 0.5 })] };
        Assert.DoesNotContain("NaN", HtmlReport.Render(report), StringComparison.Ordinal);
    }
}
