using System.Text.Json.Nodes;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class VerbTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void Steps_follow_each_other_through_files()
    {
        _pare.Tiny();
        _pare.Succeed("prune @tiny.onnx --sparsity 0.5 -o @p.onnx");
        _pare.Succeed("share @p.onnx --bits 2 -o @s.onnx");
        _pare.Succeed("pack @s.onnx -o @s.pare");
        _pare.Succeed("unpack @s.pare -o @back.onnx");
        Assert.Equal(File.ReadAllBytes(_pare.At("s.onnx")), File.ReadAllBytes(_pare.At("back.onnx")));
    }

    [Fact]
    public void A_step_writes_a_packed_file_where_its_name_says_so()
    {
        _pare.Tiny();
        _pare.Succeed("prune @tiny.onnx --sparsity 0.5 -o @p.pare");
        Assert.Equal(28, Json("inspect @p.pare")["nonZero"]!.GetValue<long>());
    }

    [Fact]
    public void Pruning_counts_exactly()
    {
        _pare.Tiny();
        var json = Json("prune @tiny.onnx --sparsity 0.25 --keep-dead -o @p.onnx");
        Assert.Equal(0.75, json["kept"]!.GetValue<double>(), 1e-12);
        Assert.Equal(["fc1", "fc2"], json["layers"]!.AsArray().Select(l => l!["name"]!.GetValue<string>()));
    }

    [Fact]
    public void Inspect_counts_both_costs()
    {
        _pare.Tiny();
        var json = Json("inspect @tiny.onnx");
        Assert.Equal(56, json["parameters"]!.GetValue<long>());
        Assert.Equal(4 * 56, json["weightBytes"]!.GetValue<long>());
        Assert.Equal(56, json["macs"]!.GetValue<long>());
        Assert.Equal(new FileInfo(_pare.At("tiny.onnx")).Length, json["onnxBytes"]!.GetValue<long>());
    }

    [Fact]
    public void Bench_prints_the_keys_of_a_report()
    {
        _pare.Tiny();
        var models = Json("bench @tiny.onnx @tiny.onnx --seconds 0.05 --quiet")["models"]!.AsArray();
        Assert.Equal(2, models.Count);
        Assert.All(["onnxBytes", "weightBytes", "parameters", "macs", "value", "count", "latencyMs"], key => Assert.True(models[0]!.AsObject().ContainsKey(key), key));
    }

    [Fact]
    public void The_zoo_builds_the_same_bits_from_the_same_seed()
    {
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 1), ("c", 2) }) _pare.Succeed($"zoo lenet5 --seed {seed} -o @{name}.onnx");
        Assert.Equal(File.ReadAllBytes(_pare.At("a.onnx")), File.ReadAllBytes(_pare.At("b.onnx")));
        Assert.NotEqual(File.ReadAllBytes(_pare.At("a.onnx")), File.ReadAllBytes(_pare.At("c.onnx")));
    }

    [Fact]
    public void Tables_are_plain_text_where_nobody_looks()
    {
        _pare.Tiny();
        var output = _pare.Succeed("inspect @tiny.onnx");
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("fc1", output, StringComparison.Ordinal);
    }

    private JsonObject Json(string line) => JsonNode.Parse(_pare.Succeed(line + " --json"))!.AsObject();
}
