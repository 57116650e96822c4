using System.Text.Json.Nodes;
using Pare.Coding;
using Pare.Onnx;
using Pare.Profile;
using Pare.Report;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class SensitivityVerbTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void A_point_is_what_the_step_and_its_score_by_hand_give()
    {
        var report = Measured("--methods sparsity,bits,rank,channels --images 200");
        // The pictures are drawn from the validation part; all of it here, by hand.
        _pare.Succeed("prune @net.onnx --layer ip1=0.95 --keep-dead -o @pruned.onnx");
        _pare.Succeed("share @net.onnx --exclude ip2 --exclude ip3 --bits 2 -o @shared.onnx");
        var all = Measured("--methods sparsity,bits --images 1000000");
        var before = Score("net");
        Assert.Equal(before, all.Value, 9);
        Assert.Equal(100 * (before - Score("pruned")), Point(all, "ip1", "sparsity", 0.95).Drop, 6);
        Assert.Equal(100 * (before - Score("shared")), Point(all, "ip1", "bits", 2).Drop, 6);
        var packed = PackedFile.Pack(File.ReadAllBytes(_pare.At("shared.onnx"))).LongLength;
        Assert.InRange(Point(all, "ip1", "bits", 2).Bytes, 0.97 * packed, 1.03 * packed);

        Assert.Equal(["ip1", "ip2", "ip3"], report.Points.Where(p => p.Method == "sparsity").Select(p => p.Layer).Distinct());
        Assert.Equal(["ip1", "ip2"], report.Points.Where(p => p.Method == "channels").Select(p => p.Layer).Distinct());
        Assert.Equal(0.5, (double)(Point(report, "ip1", "rank", 0.5).Macs - report.Macs + 784 * 30) / (784 * 30), 0.03);
        Assert.Equal(report.Macs - (784 + 10) * 15, Point(report, "ip1", "channels", 0.5).Macs);
    }

    [Fact]
    public void The_second_run_measures_nothing_and_says_the_same()
    {
        Trained();
        var line = "sensitivity @net.onnx --data glyphs --images 100 --methods sparsity,rank --cache @cache --json --quiet";
        var first = _pare.Succeed(line);
        var written = Times();
        Assert.Equal(first, _pare.Succeed(line));
        Assert.Equal(written, Times());

        // Damage is measured anew, whatever it is.
        var files = Directory.GetFiles(_pare.At("cache"));
        Array.Sort(files);
        File.WriteAllText(files[0], "{");
        File.WriteAllText(files[1], new string(' ', 100_000));
        File.WriteAllText(files[2], "{\"Value\":1,\"Bytes\":-5,\"Macs\":0,\"Reason\":null}");
        File.WriteAllText(files[3], "null");
        Assert.Equal(first, _pare.Succeed(line));
        Assert.All(files, f => Assert.Contains("\"Value\"", File.ReadAllText(f), StringComparison.Ordinal));

        // Other pictures are another measurement.
        _pare.Succeed(line.Replace("100", "99", StringComparison.Ordinal));
        Assert.Equal(2 * files.Length, Directory.GetFiles(_pare.At("cache")).Length);

        string Times() => string.Join(' ', Directory.GetFiles(_pare.At("cache")).Order().Select(f => File.GetLastWriteTimeUtc(f).Ticks));
    }

    [Fact]
    public void Targets_are_shared_out_by_what_was_measured()
    {
        var report = Measured("--methods sparsity,bits,rank --images 300");
        var pruned = Json("prune @net.onnx --sparsity 0.8 --by @sens.json --keep-dead -o @p.onnx");
        Assert.Equal(0.2, pruned["kept"]!.GetValue<double>(), 4);
        Assert.NotEqual(pruned["layers"]![0]!["kept"]!.GetValue<double>(), pruned["layers"]![2]!["kept"]!.GetValue<double>(), 2);

        var bytes = Point(report, "ip1", "bits", 3).Bytes;
        Json($"share @net.onnx --bytes {bytes} --by @sens.json -o @s.onnx");
        _pare.Succeed("pack @s.onnx -o @s.pare");
        Assert.InRange(new FileInfo(_pare.At("s.pare")).Length, 0.5 * bytes, bytes);

        var thin = Json("factorize @net.onnx --macs 0.5 --by @sens.json -o @f.onnx");
        Assert.InRange(thin["macs"]!.GetValue<long>(), 0.4 * report.Macs, 0.5 * report.Macs);
    }

    [Fact]
    public void Without_labels_agreement_is_measured()
    {
        Trained();
        var json = Json("sensitivity @net.onnx --data glyphs --metric agreement --images 64 --methods bits --layer ip3 --cache @cache");
        Assert.Equal("agreement", json["metric"]!["name"]!.GetValue<string>());
        Assert.Equal(1, json["value"]!.GetValue<double>());
        Assert.All(json["points"]!.AsArray(), p => Assert.InRange(p!["drop"]!.GetValue<double>(), 0, 100));
    }

    [Theory]
    [InlineData("sensitivity @net.onnx --images 0", "--images is '0'")]
    [InlineData("sensitivity @net.onnx --data glyphs --methods sparsity,luck", "method 'luck' is not known; allowed: sparsity, bits, rank, channels")]
    [InlineData("sensitivity @net.onnx --data glyphs --layer stem*", "pattern 'stem*' matches no layer")]
    [InlineData("prune @net.onnx --sparsity 0.5 --by @other.json -o @p.onnx", "was measured on other.onnx (SHA-256 00ff)")]
    [InlineData("prune @net.onnx --sparsity 0.5 --by @none.json -o @p.onnx", "no such file")]
    [InlineData("prune @net.onnx --sparsity 0.5 --by @bad.json -o @p.onnx", "method 'luck'; allowed: sparsity, bits, rank, channels")]
    [InlineData("prune @net.onnx --by @other.json -o @p.onnx", "--layer, --pattern is needed; none is given")]
    [InlineData("prune @net.onnx --quality 1 --by @other.json -o @p.onnx", "--by shares out --sparsity")]
    [InlineData("share @net.onnx --bytes 1000 -o @p.onnx", "--bytes and --by belong together")]
    [InlineData("factorize @net.onnx --rank 2 --by @other.json -o @p.onnx", "--by shares out --macs")]
    public void Bad_input_is_one_line(string line, string said)
    {
        _pare.Succeed("zoo lenet-300-100 --width 0.1 -o @net.onnx");
        File.WriteAllText(_pare.At("other.json"), Empty.ToJson());
        File.WriteAllText(_pare.At("bad.json"), (Empty with { Points = [new SensitivityPoint("ip1", "luck", 0.5, 0, 1, 1)] }).ToJson());
        Assert.Contains(said, _pare.Fail(line), StringComparison.Ordinal);
    }

    private static SensitivityReport Empty => new()
    {
        Model = "other.onnx", Sha256 = "00ff", Data = "glyphs", Metric = Metric.Top1, Images = 10, Value = 1, Bytes = 1000, Macs = 1000, Points = [],
    };

    private void Trained()
    {
        if (File.Exists(_pare.At("net.onnx"))) return;
        // 784-30-10-10.
        _pare.Succeed("zoo lenet-300-100 --width 0.1 -o @start.onnx");
        _pare.Succeed("train @start.onnx --data glyphs --epochs 3 --threads 1 -o @net.onnx --quiet");
    }

    private SensitivityReport Measured(string how)
    {
        Trained();
        _pare.Succeed($"sensitivity @net.onnx --data glyphs {how} -o @sens.json --cache @cache --quiet");
        return SensitivityReport.Load(_pare.At("sens.json"));
    }

    private static SensitivityPoint Point(SensitivityReport report, string layer, string method, double setting) =>
        report.Points.Single(p => p.Layer == layer && p.Method == method && p.Setting == setting);

    private double Score(string name) => Json($"eval @{name}.onnx --data glyphs --part validation")["value"]!.GetValue<double>();

    private JsonObject Json(string line) => JsonNode.Parse(_pare.Succeed(line + " --json --quiet"))!.AsObject();
}
