using System.Text.Json.Nodes;
using Pare.Onnx;
using Pare.Profile;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class FactorizeVerbTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(" --data glyphs --images 32")]
    public void A_target_is_held_by_the_network_that_is_written(string data)
    {
        var json = Json($"factorize lenet5 --macs 0.5{data} -o @f.onnx");
        var (before, after) = (json["macsBefore"]!.GetValue<long>(), json["macs"]!.GetValue<long>());
        Assert.InRange(after, 0.4 * before, 0.5 * before);
        Assert.Equal(after, ModelProfile.Of(OnnxFile.Read(_pare.At("f.onnx"))).Macs);
        Assert.Equal(data.Length > 0 ? "outputs" : "weights", json["errorOf"]!.GetValue<string>());
        _pare.Succeed("eval @f.onnx --data glyphs");
    }

    [Theory]
    [InlineData("--energy 0.8")]
    [InlineData("--rank 5 --exclude ip2")]
    [InlineData("--vbmf --method tucker2")]
    [InlineData("--energy 0.8 --method spatial")]
    public void Every_way_to_ranks_gives_a_network_that_runs(string how)
    {
        Json($"factorize lenet5 {how} -o @f.onnx");
        _pare.Succeed("eval @f.onnx --data glyphs");
    }

    [Fact]
    public void The_table_names_method_rank_and_what_stays()
    {
        var text = _pare.Succeed("factorize lenet5 --rank 16 --method channel --exclude ip2 -o @f.onnx");
        Assert.Contains("16 of 500", text, StringComparison.Ordinal);
        Assert.Contains("left alone: ip2 (excluded)", text, StringComparison.Ordinal);
        Assert.Contains("left alone: conv1 (rank 16 of 20 would cost", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_line_gives_the_same_file()
    {
        _pare.Succeed("factorize lenet5 --macs 0.4 --data glyphs --images 16 -o @a.onnx");
        _pare.Succeed("factorize lenet5 --macs 0.4 --data glyphs --images 16 -o @b.onnx");
        Assert.Equal(File.ReadAllBytes(_pare.At("a.onnx")), File.ReadAllBytes(_pare.At("b.onnx")));
    }

    [Fact]
    public void Shared_weights_are_read_and_other_steps_follow()
    {
        _pare.Succeed("share lenet-300-100 --bits 4 -o @s.onnx");
        _pare.Succeed("factorize @s.onnx --rank 10 -o @f.onnx");
        Assert.DoesNotContain(OnnxFile.Read(_pare.At("f.onnx")).Graph.Nodes, n => n.OpType == "Gather" && n.Outputs[0].StartsWith("ip1", StringComparison.Ordinal));
        _pare.Succeed("prune @f.onnx --sparsity 0.5 -o @p.onnx");
        _pare.Succeed("quantize @f.onnx --scheme minmax8 -o @q.onnx");
        _pare.Succeed("eval @q.onnx --data glyphs");
    }

    [Fact]
    public void A_quantized_network_has_no_layer_to_factorise()
    {
        _pare.Tiny();
        _pare.Succeed("quantize @tiny.onnx --scheme minmax8 -o @q.onnx");
        Assert.Contains("quantized", _pare.Fail("factorize @q.onnx --rank 1 -o @f.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("factorize lenet5 -o @f.onnx", "one of --energy, --macs, --vbmf, --rank is needed; none is given")]
    [InlineData("factorize lenet5 --rank 2 --energy 0.9 -o @f.onnx", "--energy and --rank are given")]
    [InlineData("factorize lenet5 --rank 11 -o @f.onnx", "layer 'ip2' has rank 10 at most")]
    [InlineData("factorize lenet5 --macs 0.001 -o @f.onnx", "with every layer at its lowest rank the network takes 0.0")]
    [InlineData("factorize lenet5 --energy 0 -o @f.onnx", "above 0, up to 1")]
    [InlineData("factorize lenet5 --rank 2 --exclude stem* -o @f.onnx", "'stem*'")]
    [InlineData("factorize lenet5 --method cp --rank 2 -o @f.onnx", "auto, svd, spatial, channel, tucker2")]
    [InlineData("factorize @tiny.onnx --rank 2 --data glyphs -o @f.onnx", "examples of 1x28x28")]
    public void Bad_input_is_one_line(string line, string said)
    {
        _pare.Tiny();
        Assert.Contains(said, _pare.Fail(line), StringComparison.Ordinal);
    }

    private JsonObject Json(string line) => JsonNode.Parse(_pare.Succeed(line + " --json --quiet"))!.AsObject();
}
