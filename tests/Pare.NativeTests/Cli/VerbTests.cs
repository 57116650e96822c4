using System.Text.Json.Nodes;
using Pare.Onnx;
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

    [Theory]
    [InlineData("taylor")]
    [InlineData("fisher")]
    [InlineData("obd")]
    [InlineData("obs")]
    public void Pruning_by_what_data_say_counts_exactly_too(string score)
    {
        var json = Json($"prune lenet-300-100 --data glyphs --images 64 --score {score} --sparsity 0.75 --keep-dead --quiet -o @p.onnx");
        Assert.Equal(0.25, json["kept"]!.GetValue<double>(), 1e-5);
        Assert.Equal(score == "obs", json["layers"]![0]!["error"] is not null);
    }

    [Fact]
    public void Channels_go_by_what_data_say_too()
    {
        var json = Json("prune lenet5 --channels --macs 0.5 --importance fisher --data glyphs --images 32 --quiet -o @c.onnx");
        Assert.All(json["layers"]!.AsArray(), l => Assert.True(l!["channelsLeft"]!.GetValue<int>() <= l["channels"]!.GetValue<int>()));
        Assert.InRange(Json("inspect @c.onnx")["macs"]!.GetValue<long>(), 1, 2_293_000 / 2);
    }

    [Fact]
    public void Residual_branches_go_by_the_answers_that_change()
    {
        _pare.Succeed("zoo resnet20 --input 1x28x28 -o @r.onnx");
        var json = Json("prune @r.onnx --branches --macs 0.8 --data glyphs --images 50 --quiet -o @b.onnx");
        Assert.Equal(4, json["layers"]!.AsArray().Count(l => l!["kept"]!.GetValue<double>() == 0));
        Assert.InRange(Json("inspect @b.onnx")["macs"]!.GetValue<double>() / Json("inspect @r.onnx")["macs"]!.GetValue<double>(), 0.7, 0.8);
        Assert.Contains("the model has no residual branches", _pare.Fail("prune lenet5 --branches --macs 0.8 --data glyphs -o @p.onnx"), StringComparison.Ordinal);
        Assert.Contains("--branches takes --macs alone", _pare.Fail("prune @r.onnx --branches --channels --macs 0.8 -o @p.onnx"), StringComparison.Ordinal);
        Assert.Contains("--branches needs --macs", _pare.Fail("prune @r.onnx --branches -o @p.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_keeps_two_weights_of_four()
    {
        Assert.Equal(0.5, Json("prune lenet-300-100 --data glyphs --images 64 --score obs --pattern 2:4 --keep-dead --quiet -o @p.onnx")["kept"]!.GetValue<double>(), 1e-3);
        Assert.Contains("--pattern needs --score obs", _pare.Fail("prune lenet5 --pattern 2:4 -o @p.onnx"), StringComparison.Ordinal);
        Assert.Contains("--pattern is '24'", _pare.Fail("prune lenet5 --data glyphs --score obs --pattern 24 -o @p.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_go_and_the_layers_say_how_many()
    {
        _pare.Tiny();
        var json = Json("prune @tiny.onnx --channels --macs 0.5 -o @c.onnx");
        Assert.Equal([(8L, 4L), (3L, 3L)], json["layers"]!.AsArray().Select(l => (l!["channels"]!.GetValue<long>(), l["channelsLeft"]!.GetValue<long>())));
        Assert.Equal("they are the output 'scores'", json["leftWhole"]![0]!["reason"]!.GetValue<string>());
        Assert.Equal(28, Json("inspect @c.onnx")["macs"]!.GetValue<long>());
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
        Assert.All(["onnxBytes", "weightBytes", "parameters", "macs", "value", "count", "latencyMs", "ratio", "ratioLow", "ratioHigh", "imagesPerSecond", "loadMs"],
            key => Assert.True(models[0]!.AsObject().ContainsKey(key), key));
        Assert.All(models, m => Assert.InRange(m!["peakBytes"]!.GetValue<long>(), 1, 1 << 28));
    }

    [Fact]
    public void Bench_takes_packed_files_as_they_are()
    {
        _pare.Tiny();
        _pare.Succeed("pack @tiny.onnx -o @tiny.pare");
        var models = Json("bench @tiny.onnx @tiny.pare --seconds 0.05 --batch 3 --quiet")["models"]!.AsArray();
        Assert.All(models, m => Assert.Equal(3, m!["batch"]!.GetValue<int>()));
        Assert.All(models, m => Assert.True(m!["loadMs"]!.GetValue<double>() > 0));
        Assert.Equal(new FileInfo(_pare.At("tiny.pare")).Length, models[1]!["packedBytes"]!.GetValue<long>());
    }

    [Fact]
    public void Inspect_times_every_operator_and_a_training_step()
    {
        _pare.Tiny();
        var json = Json("inspect @tiny.onnx --seconds 0.05 --training --batch 4");
        var layers = json["layers"]!.AsArray();
        Assert.Equal(["fc1", "relu", "fc2"], layers.Select(l => l!["name"]!.GetValue<string>()));
        Assert.Equal(json["macs"]!.GetValue<long>(), layers.Sum(l => l!["macs"]!.GetValue<long>()));
        Assert.True(json["time"]!["latencyMs"]!["median"]!.GetValue<double>() > 0);
        Assert.Equal((4, 4), (json["time"]!["batch"]!.GetValue<int>(), json["training"]!["batch"]!.GetValue<int>()));
    }

    [Fact]
    public void Inspect_writes_one_page()
    {
        _pare.Tiny();
        var output = _pare.Succeed("inspect @tiny.onnx --no-time --html @tiny.html");
        Assert.DoesNotContain("GFLOP/s", output, StringComparison.Ordinal);
        var page = File.ReadAllText(_pare.At("tiny.html"));
        Assert.DoesNotMatch("(?i)\\b(src|url)\\s*[=(]|href=\"[^#]|@import|https?:", page);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mystery", "com.example", "time not measured: ONNX Runtime refuses the model", "training not measured: node Mystery 'odd': training does not support the operator Mystery")]
    [InlineData("Det", "", "a run of batch 1 on ONNX Runtime", "training not measured: node Det 'odd': training does not support the operator Det")]
    public void Inspect_says_what_it_could_not_measure(string op, string domain, params string[] says)
    {
        OnnxFile.Write(new Model
        {
            Opsets = [new("", 17), new("com.example", 1)],
            Graph = new Graph
            {
                Name = "odd",
                Inputs = [ValueInfo.Of("x", ElementType.Float, new Dimension(null, "batch"), 2, 2)],
                Outputs = [ValueInfo.Of("y", ElementType.Float, new Dimension(null, "batch"))],
                Nodes = [new Node { OpType = op, Domain = domain, Name = "odd", Inputs = ["x"], Outputs = ["y"] }],
            },
        }, _pare.At("odd.onnx"));
        var output = _pare.Succeed("inspect @odd.onnx --training --seconds 0.05");
        Assert.All(says, part => Assert.Contains(part, output, StringComparison.Ordinal));
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

    [Fact]
    public void No_result_replaces_what_it_was_made_from()
    {
        _pare.Succeed("train lenet-300-100 --epochs 1 -o @model.onnx");
        var before = File.ReadAllBytes(_pare.At("model.onnx"));
        var (code, _, error) = _pare.Run($"compress @model.onnx --data glyphs --recipe int8 -o {_pare.Folder}");
        Assert.Equal(2, code);
        Assert.Contains("is read, and the result would replace it", error, StringComparison.Ordinal);
        Assert.Contains("the name of a network", _pare.Fail("inspect @model.onnx --no-time --html @model.onnx"), StringComparison.Ordinal);
        Assert.Contains("the name of a network", _pare.Fail("sensitivity @model.onnx --data glyphs -o @model.onnx"), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_pare.At("model.onnx")));
    }

    [Fact]
    public void A_packed_file_is_packed_again_to_the_same_bytes()
    {
        _pare.Tiny();
        _pare.Succeed("pack @tiny.onnx -o @a.pare");
        _pare.Succeed("pack @a.pare -o @b.pare");
        Assert.Equal(File.ReadAllBytes(_pare.At("a.pare")), File.ReadAllBytes(_pare.At("b.pare")));
    }

    [Fact]
    public void Training_on_says_what_the_network_knew_before()
    {
        Assert.Null(Json("train lenet-300-100 --epochs 1 --quiet -o @net.onnx")["before"]);
        var trained = Json("train @net.onnx --epochs 1 --quiet -o @net2.onnx");
        Assert.Equal(Json("eval @net.onnx --data glyphs --quiet")["value"]!.GetValue<double>(), trained["before"]!.GetValue<double>());
    }

    [Fact]
    public void Pruned_weights_stay_pruned_in_4_bits_by_any_rounding()
    {
        _pare.Succeed("prune lenet-300-100 --sparsity 0.9 --keep-dead -o @p.onnx");
        var kept = Json("quantize @p.onnx --scheme int4 --rounding gptq --data glyphs --images 64 --quiet -o @q.onnx")["kept"]!.GetValue<double>();
        Assert.InRange(kept, 0.01, 0.1);
        Assert.All(Json("inspect @q.onnx --no-time")["layers"]!.AsArray().Where(l => l!["weightBits"] is not null), l => Assert.Equal(4, l!["weightBits"]!.GetValue<double>()));
    }

    [Fact]
    public void Floats_are_not_taken_for_pixels()
    {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (20, 4), }".PadRight(117) + "\n";
        File.WriteAllBytes(_pare.At("x.npy"), [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. new byte[20 * 4 * 4]]);
        _pare.Tiny();
        Assert.Contains("holds floats: --scale 1 takes them as they are", _pare.Fail("eval @tiny.onnx --reference @tiny.onnx --data @x.npy"), StringComparison.Ordinal);
        Assert.Equal(1, Json("eval @tiny.onnx --reference @tiny.onnx --data @x.npy --scale 1 --quiet")["value"]!.GetValue<double>());
    }

    [Fact]
    public void Means_of_unscaled_pixels_are_not_taken_for_those_of_scaled_ones() =>
        Assert.Contains("go with --scale 1", _pare.Fail("train lenet-300-100 --mean 33.3 --std 78.6 -o @net.onnx"), StringComparison.Ordinal);
}
