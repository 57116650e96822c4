using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pare.Profile;
using Pare.Report;
using Xunit;

namespace Pare.Tests.Report;

public sealed class HtmlReportTests
{
    private static readonly string[] Optional = ["The front", "Sensitivity of each layer", "Time of each operator", "How to use the result"];

    [Fact]
    public void Every_page_is_whole_by_itself() =>
        Assert.All([HtmlReport.Render(Reports.Sample), HtmlReport.Render(Reports.Large with { Data = "d", Model = "m" }), ComparisonHtml.Render(Reports.Compared)], Pages.AssertSelfContained);

    [Fact]
    public void Text_from_files_and_users_stays_text()
    {
        var page = HtmlReport.Render(Reports.Large);
        Assert.DoesNotMatch("alert\\(1\\)</script>|<img|conv1<b>|onerror=alert\\(2\\)>|</code></pre><b>|float: </td>|in\"put|put</script", page);
        Assert.Contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_a_tree()
    {
        // Tables' marks for the script are the only attributes without a value.
        var main = Regex.Match(HtmlReport.Render(Reports.Large), "<main.*</main>", RegexOptions.Singleline).Value.Replace(" data-sort>", ">", StringComparison.Ordinal).Replace("<details open>", "<details>", StringComparison.Ordinal);
        Assert.Equal(["h1", "h2"], XElement.Parse(main).Descendants().Select(e => e.Name.LocalName).Where(n => n is ['h', >= '1' and <= '6']).Distinct());
    }

    [Fact]
    public void Figures_are_the_same_under_every_culture()
    {
        var (here, expected) = (CultureInfo.CurrentCulture, HtmlReport.Render(Reports.Large));
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("ru-RU");
            Assert.Equal(expected, HtmlReport.Render(Reports.Large));
            Assert.DoesNotMatch("--v:0,|(cx|x1|y)=\"\\d+,", HtmlReport.Render(Reports.Large) + ComparisonHtml.Render(Reports.Compared) + InspectHtml.Render(InspectReportTests.Timed));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    [Fact]
    public void What_was_not_measured_has_no_part()
    {
        Assert.All(Optional, title => Assert.Null(Pages.Table(HtmlReport.Render(Reports.Sample), title)));
        Assert.All(Optional, title => Assert.NotNull(Pages.Table(HtmlReport.Render(Reports.Large), title)));
        Assert.DoesNotContain("The search", HtmlReport.Render(Reports.Sample), StringComparison.Ordinal);
        Assert.DoesNotContain("<h2 id=\"part2\">Layers", HtmlReport.Render(Reports.Sample with { Layers = [] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_network_fits_into_400_kilobytes() => Assert.InRange(Encoding.UTF8.GetByteCount(HtmlReport.Render(Reports.Large)), 50_000, 400_000);

    [Theory]
    [InlineData(0.5, 0.2, 0.4, true, "promise kept")]
    [InlineData(0.5, 0.2, 0.6, true, "promise kept on the estimate")]
    [InlineData(0.5, 0.7, 0.9, false, "promise not kept")]
    [InlineData(null, 0.2, 0.9, true, "aim kept")]
    [InlineData(null, 0.7, 0.9, false, "aim missed")]
    public void The_verdict_says_how_sure_it_is(double? promise, double drop, double upper, bool held, string standing)
    {
        var contract = new Contract(promise, 0.5, drop, upper, held) { Accept = promise is null ? "none" : upper <= promise || !held ? "interval" : "point" };
        Assert.Equal(standing, contract.Standing);
        Assert.StartsWith(standing + ": at most 0.5 points lost", contract.Verdict, StringComparison.Ordinal);
        Assert.Contains(char.ToUpperInvariant(standing[0]) + standing[1..] + "</b>", HtmlReport.Render(Reports.Sample with { Contract = contract }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, "promise kept: 50x or more smaller; measured 0.7 points lost")]
    [InlineData(false, false, "promise not kept: 50x or more smaller")]
    public void A_promise_of_a_ratio_alone_says_nothing_of_what_is_lost(bool kept, bool held, string verdict)
    {
        var contract = new Contract(null, 0.5, 0.7, 0.9, held) { MinRatio = 50, Kept = kept };
        Assert.StartsWith(verdict, contract.Verdict, StringComparison.Ordinal);
        var page = HtmlReport.Render(Reports.Sample with { Contract = contract });
        Assert.DoesNotContain("More was lost", page, StringComparison.Ordinal);
        Assert.Contains("Aim, promised to nobody", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_within_the_aim_on_validation_data_that_is_said() =>
        Assert.Contains("on the validation data than the recipe allows itself", HtmlReport.Render(Reports.Sample with { Contract = new Contract(null, 0.5, 0.2, 0.9, false) { Kept = false } }), StringComparison.Ordinal);

    [Fact]
    public void A_flat_input_is_normalized_channel_by_channel()
    {
        var page = HtmlReport.Render(Reports.Sample with { Call = new ModelCall("x", [1, 12], "y", 1 / 255f, [1, 2, 3], [4, 5, 6], "") });
        Assert.Contains("var channel = i / 4;", page, StringComparison.Ordinal);
        Assert.Contains("mean.repeat(4)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_heat_map_has_the_mildest_setting_first_and_a_dash_where_nothing_was_measured()
    {
        var rows = Pages.Table(HtmlReport.Render(Reports.Sample with
        {
            Sensitivity = [new("a", "bits", 2, 9, 1000, 10), new("a", "bits", 8, -0.1, 2000, 10), new("b", "bits", 2, 1, 1000, 10), new("a", "sparsity", 0.9, 4, 500, 10), new("a", "sparsity", 0.5, 0, 900, 10)],
        }), "Sensitivity of each layer")!;
        Assert.Equal(["layer", "50 % zeros", "90 % zeros", "8 bits", "2 bits"], rows[0]);
        Assert.Equal(["a", "0.00", "+4.00", "-0.10", "+9.00"], rows[1]);
        Assert.Equal(["b", "-", "-", "-", "+1.00"], rows[2]);
    }

    [Fact]
    public void Colour_follows_the_root_of_the_loss()
    {
        var page = HtmlReport.Render(Reports.Sample with { Sensitivity = [new("a", "bits", 2, 8, 1, 1), new("b", "bits", 2, 2, 1, 1), new("c", "bits", 2, -1, 1, 1)] });
        Assert.Equal(["1", "0.5", "0"], Regex.Matches(page, "class=\"heat\" style=\"--v:([\\d.]+)\"").Select(m => m.Groups[1].Value));
    }

    [Fact]
    public void The_longest_operators_come_first_and_all_are_summed()
    {
        var rows = Pages.Table(HtmlReport.Render(Reports.Sample with { Nodes = [new("small", "Relu", 0.1, 0.1), new("large", "Conv", 4, 1), new("fused", "Relu", 0.9, null)] }), "Time of each operator")!;
        Assert.Equal(["large", "fused", "small", "all"], rows.Skip(1).Select(r => r[0]));
        Assert.Equal(["large", "Conv", "4.00 ms", "1.00 ms", "4.0x"], rows[1]);
        Assert.Equal("-", rows[2][3]);
        Assert.Equal(["all", "", "5.00 ms", "1.10 ms", "4.5x"], rows[4]);
    }

    [Fact]
    public void The_search_shows_every_network_tried_and_the_limit()
    {
        var chart = XElement.Parse(Regex.Match(HtmlReport.Render(Reports.Large), "<svg height.*?</svg>", RegexOptions.Singleline).Value);
        var dots = chart.Elements("circle").ToList();
        Assert.Equal(14, dots.Count);
        Assert.Equal(Reports.Large.Steps.Count(s => s.Accepted == false), dots.Count(d => d.Attribute("class")!.Value == "dot out"));
        // Smaller lies to the left, better higher; the limit is the aim below the reference.
        double Place(int number, string axis) => Number(dots.Single(d => d.Element("title")!.Value.StartsWith($"{number} ", StringComparison.Ordinal)).Attribute(axis)!.Value);
        Assert.True(Place(14, "cx") < Place(1, "cx") && Place(14, "cy") > Place(1, "cy"));
        var limit = Number(chart.Elements("line").Single(l => l.Attribute("class")!.Value == "limit").Attribute("y1")!.Value);
        var below = Reports.Large.Steps.Index().First(s => s.Item.Value < 0.991 - 0.005).Index;
        Assert.InRange(limit, Place(below, "cy"), Place(below + 1, "cy"));

        static double Number(string text) => double.Parse(text.TrimEnd('%'), CultureInfo.InvariantCulture);
    }

    [Fact]
    public void An_error_that_must_not_grow_has_its_limit_above()
    {
        var report = Reports.Large with { Metric = Metric.Nme, Reference = 0.04, Steps = [.. Reports.Large.Steps.Take(3).Select((s, i) => s with { Value = 0.04 + i / 100.0 })] };
        var chart = XElement.Parse(Regex.Match(HtmlReport.Render(report), "<svg height.*?</svg>", RegexOptions.Singleline).Value);
        var limit = double.Parse(chart.Elements("line").Single(l => l.Attribute("class")!.Value == "limit").Attribute("y1")!.Value, CultureInfo.InvariantCulture);
        var first = double.Parse(chart.Elements("circle").Last().Attribute("cy")!.Value, CultureInfo.InvariantCulture);
        Assert.True(limit < first);
    }

    [Fact]
    public void Code_to_load_the_model_has_its_names_shape_and_preprocessing()
    {
        var page = System.Net.WebUtility.HtmlDecode(HtmlReport.Render(Reports.Large));
        Assert.All(["\"in\\u0022put\\u003C/script\\u003E\"", "\"scores\\\\\"", "[1, 3, 224, 224]", ".reshape(1, 3, 224, 224)", "0.003921569f", "[0.485f, 0.456f, 0.406f]", "[0.229, 0.224, 0.225]", "i / 50176", "150528 values", "channels=bgr"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Usual_preprocessing_only_scales()
    {
        var page = HtmlReport.Render(Reports.Sample with { Call = new ModelCall("x", [1, 1, 28, 28], "y", 1 / 255f, [], [], "") });
        Assert.Contains("pixels[i] *= 0.003921569f;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("mean", Regex.Match(page, "How to use.*", RegexOptions.Singleline).Value.Split("<script>")[0].Split("How to get this again</h2>")[0], StringComparison.Ordinal);
    }
}
