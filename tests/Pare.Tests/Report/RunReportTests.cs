using System.Text.Json.Nodes;
using Pare.Report;
using Xunit;

namespace Pare.Tests.Report;

public sealed class RunReportTests
{
    [Theory]
    [InlineData("", "version seed machine command metric baseline result ratio speedup contract layers steps")]
    [InlineData("metric", "name higherIsBetter")]
    [InlineData("baseline", "onnxBytes weightBytes parameters macs value count latencyMs")]
    [InlineData("baseline.latencyMs", "median p95 runs")]
    [InlineData("result", "onnxBytes weightBytes parameters macs value count latencyMs packedBytes nonZero")]
    [InlineData("contract", "maxDrop drop dropUpper95 held")]
    [InlineData("layers.0", "name op weights kept weightBits weightBitsCoded indexBits indexBitsCoded packedBytes ratio")]
    [InlineData("steps.0", "name options seconds value")]
    public void The_file_has_the_documented_keys(string path, string keys)
    {
        var node = JsonNode.Parse(Reports.Sample.ToJson())!;
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            node = int.TryParse(part, out var index) ? node[index]! : node[part]!;
        Assert.All(keys.Split(' '), key => Assert.True(node.AsObject().ContainsKey(key), key));
    }

    [Fact]
    public void That_nothing_could_be_made_is_no_missed_aim() => Assert.Equal(
        "nothing found: no other network could be made", new Contract(null, 0.5, 0, 0.1, false) { Found = false }.Verdict);

    [Fact]
    public void Ratio_is_original_weight_bytes_over_the_whole_packed_file() => Assert.Equal(1_724_320.0 / 44_000, Reports.Sample.Ratio);

    [Fact]
    public void Speedup_is_the_ratio_of_the_medians() => Assert.Equal(2, Reports.Sample.Speedup, 1e-12);

    [Fact]
    public void A_report_reads_back_as_it_was_written() => Assert.Equal(Reports.Sample.ToJson(), RunReport.Parse(Reports.Sample.ToJson()).ToJson());

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{ \"version\": 1 }")]
    public void Another_file_is_rejected(string json) => Assert.Throws<BadInputException>(() => RunReport.Parse(json));
}
