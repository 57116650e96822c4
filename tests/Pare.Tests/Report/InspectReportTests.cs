using System.Text.RegularExpressions;
using Pare.Profile;
using Pare.Report;
using Xunit;

namespace Pare.Tests.Report;

public sealed class InspectReportTests
{
    private static readonly InspectReport Plain = new()
    {
        Pare = "0.1.0", Command = "pare inspect lenet5", Machine = new Machine("Test CPU", 2, 2, "Linux", ".NET 10"), Model = "<lenet5>", Opset = 17,
        Parameters = 520, WeightBytes = 2080, OnnxBytes = 2500, NonZero = 520, LayerWeights = 500, LayerNonZero = 400, StoredBytes = 2080, Macs = 1_000_000,
        PeakActivationBytes = 1000, PeakBytesInGraphOrder = 1200, Uncounted = [],
        Layers =
        [
            new LayerCost { Name = "conv1", Op = "Conv", Index = 0, Output = "20x24x24", Parameters = 520, Weights = 500, Kept = 0.8, Values = 17, WeightBits = 5, Bytes = 2080, Macs = 1_000_000 },
            new LayerCost { Name = "relu1", Op = "Relu", Index = 1, Output = "20x24x24", Parameters = 0, Weights = 0, Bytes = 0, Macs = 0 },
        ],
    };

    internal static readonly InspectReport Timed = Plain.With(new TimeProfile
    {
        Nodes = [new NodeTime(0, "conv1", "Conv", 3), new NodeTime(1, "relu1", "Relu", 0.15)],
        Added = [new NodeTime(-1, "ReorderOutput", "ReorderOutput", 0.85)],
        Whole = new Latency(4.1, 5, 100) { MedianLow = 4, MedianHigh = 4.2 }, Examples = 2, Runs = 100,
    }, threads: 1, predictions: 2);

    [Fact]
    public void Shares_of_all_nodes_sum_to_one() =>
        Assert.Equal(1, Timed.Layers.Sum(l => l.Share ?? 0) + Timed.Time!.Added.Sum(a => a.Share), 1e-12);

    [Fact]
    public void Operations_are_two_a_multiply_add_over_the_batch()
    {
        Assert.Equal(2e-6 * 1_000_000 * 2 / 3, Timed.Layers[0].GigaFlops!.Value, 1e-9);
        Assert.Equal(2e-6 * 1_000_000 * 2 / 4, Timed.Time!.GigaFlops, 1e-9);
        Assert.Null(Timed.Layers[1].GigaFlops);
    }

    [Fact]
    public void Unlisted_operators_and_the_runtimes_own_have_rows()
    {
        Assert.Equal(["conv1", "relu1", "ReorderOutput"], InspectTable.Rows(Timed, all: false).Select(r => r[0]));
        Assert.Equal(["conv1", "relu1", "ReorderOutput"], InspectTable.Rows(Timed, all: true).Select(r => r[0]));
        Assert.All(InspectTable.Rows(Timed, all: true).Append(InspectTable.Total(Timed)), r => Assert.Equal(InspectTable.Headers(Timed).Count, r.Count));
        Assert.All(InspectTable.Rows(Plain, all: true).Append(InspectTable.Total(Plain)), r => Assert.Equal(InspectTable.Headers(Plain).Count, r.Count));
    }

    [Fact]
    public void What_was_not_measured_is_said() =>
        Assert.Contains("time not measured: input is open", InspectTable.Lines(Plain with { TimeNote = "input is open" }));

    [Fact]
    public void The_page_asks_for_nothing_from_outside_and_shows_text_as_text()
    {
        var page = InspectHtml.Render(Timed);
        Pages.AssertSelfContained(page);
        Assert.Contains("&lt;lenet5&gt;", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "1 0")]
    [InlineData(true, "1 1 0 0.05")]
    public void Every_layer_has_a_bar_for_bytes_and_one_for_time(bool timed, string bars) =>
        Assert.Equal(bars, string.Join(' ', Regex.Matches(InspectHtml.Render(timed ? Timed : Plain), "class=\"bar\" style=\"--v:([\\d.]+)\"").Select(m => m.Groups[1].Value)));

    [Fact]
    public void Json_has_everything()
    {
        var json = Timed.ToJson();
        Assert.Equal(0.75, json["layers"]![0]!["share"]!.GetValue<double>(), 1e-12);
        Assert.Equal(4, json["time"]!["nodesMs"]!.GetValue<double>(), 1e-12);
        Assert.Equal(4.1, json["time"]!["latencyMs"]!["median"]!.GetValue<double>());
    }
}
