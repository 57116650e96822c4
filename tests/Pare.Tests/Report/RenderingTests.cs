using System.Text.RegularExpressions;
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
    public void A_flat_search_has_finite_coordinates()
    {
        var report = Reports.Large with { Steps = [.. Reports.Large.Steps.Select(s => s with { Value = 0.5, EstimatedBytes = 1000 })] };
        Assert.DoesNotMatch("=\"[^\"]*(NaN|∞)", HtmlReport.Render(report));
    }

    [Theory]
    [InlineData(0, 1, false, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(0.651, 0.764, false, "0.66 0.68 0.7 0.72 0.74 0.76")]
    [InlineData(15_884, 1_064_800, true, "20000 50000 100000 200000 500000 1000000")]
    [InlineData(900, 9_000_000, true, "1000 10000 100000 1000000 10000000")]
    [InlineData(2000, 2400, true, "2000 2100 2200 2300 2400")]
    public void Ticks_are_round(double low, double high, bool logarithmic, string ticks) =>
        Assert.Equal(ticks, string.Join(' ', new Axis([low, high], logarithmic, leastRange: logarithmic ? 1.01 : 0).Ticks().Select(t => Math.Round(t, 6).ToString(System.Globalization.CultureInfo.InvariantCulture))));
}
