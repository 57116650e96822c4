using Pare.Data.Synthetic;
using Pare.Onnx;
using Pare.Report;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class CompressVerbTests : IDisposable
{
    private const string Recipe = """
        { "name": "short", "maxDrop": 50, "baseline": { "epochs": 1 }, "steps": [
            { "step": "prune", "kept": [0.2], "bisections": 0, "budget": 1, "epochs": 1 },
            { "step": "share", "centroids": [16], "epochs": 1 } ] }
        """;

    private readonly Command _pare = new();

    public CompressVerbTests() => File.WriteAllText(_pare.At("short.json"), Recipe);

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void A_kept_promise_gives_all_four_files_and_a_report_of_what_the_packed_file_holds()
    {
        var (code, output, error) = _pare.Run("compress lenet-300-100 --recipe @short.json --max-drop 50 -o @out");
        Assert.True(code == 0, error);
        Assert.Contains("promise kept", output, StringComparison.Ordinal);
        Assert.Contains("the promise is held against 6000 examples that no choice is made on", error, StringComparison.Ordinal);
        var report = RunReport.Parse(File.ReadAllText(_pare.At("out/report.json")));
        Assert.True(report.Contract is { Held: true, Accept: "interval", Tries: 1 });
        Assert.Equal(new FileInfo(_pare.At("out/model.pare")).Length, report.Result.PackedBytes);
        Assert.True(File.Exists(_pare.At("out/report.html")));
        var eval = System.Text.Json.Nodes.JsonNode.Parse(_pare.Succeed("eval @out/model.pare --data glyphs --json --quiet"))!;
        Assert.Equal(report.Result.Value!.Value, eval["value"]!.GetValue<double>(), 9);
    }

    [Fact]
    public void A_promise_that_nothing_keeps_ends_in_a_report_and_no_model()
    {
        var (code, output, error) = _pare.Run("compress lenet-300-100 --recipe @short.json --max-drop 50 --ratio 100000 -o @out");
        Assert.Equal(3, code);
        Assert.Contains("no network was found that keeps the promise", error, StringComparison.Ordinal);
        Assert.Contains("promise not kept: at most 50 points lost at 100000x or more", output, StringComparison.Ordinal);
        Assert.Equal(["report.html", "report.json"], Directory.GetFileSystemEntries(_pare.At("out")).Select(Path.GetFileName).Order());
        Assert.False(RunReport.Parse(File.ReadAllText(_pare.At("out/report.json"))).Contract.Held);
    }

    [Fact]
    public void A_broken_promise_leaves_an_earlier_model_and_its_report_alone()
    {
        Directory.CreateDirectory(_pare.At("out"));
        File.WriteAllText(_pare.At("out/model.onnx"), "earlier");
        File.WriteAllText(_pare.At("out/report.json"), "earlier report");
        Assert.Equal(3, _pare.Run("compress lenet-300-100 --recipe @short.json --ratio 100000 -o @out").Code);
        Assert.Equal("earlier", File.ReadAllText(_pare.At("out/model.onnx")));
        Assert.Equal("earlier report", File.ReadAllText(_pare.At("out/report.json")));
        Assert.True(File.Exists(_pare.At("out/refused/report.json")));
    }

    [Fact]
    public void Too_few_examples_for_a_promise_are_said_before_the_work_starts() =>
        Assert.Contains("6000 examples to hold the promise against; to show that at most 0.01 points are lost takes 38411 or more", _pare.Fail("compress lenet5 --max-drop 0.01 -o @out"), StringComparison.Ordinal);

    [Fact]
    public void A_run_that_was_interrupted_goes_on_and_ends_in_the_same_bytes()
    {
        const string Line = "compress lenet-300-100 --recipe @short.json --max-drop 50 --threads 1 -o @";
        _pare.Succeed(Line + "whole");
        _pare.SucceedInterrupted(Line + "parts");
        foreach (var file in new[] { "model.onnx", "model.pare" })
            Assert.Equal(File.ReadAllBytes(_pare.At($"whole/{file}")), File.ReadAllBytes(_pare.At($"parts/{file}")));
        Assert.False(Directory.Exists(_pare.At("parts/.journal")));
    }

    [Fact]
    public void Pictures_without_labels_will_do()
    {
        _pare.Succeed("train lenet-300-100 --data glyphs --epochs 1 -o @net.onnx");
        WriteGlyphs(3000);
        var (code, output, error) = _pare.Run("compress @net.onnx --data @pictures.npy --recipe @short.json --max-drop 40 -o @out");
        Assert.True(code == 0, error);
        Assert.Contains("agreement", output, StringComparison.Ordinal);
        var report = RunReport.Parse(File.ReadAllText(_pare.At("out/report.json")));
        Assert.Equal("agreement", report.Metric.Name);
        Assert.InRange(report.Result.Value!.Value, 0.6, 0.999);
        Assert.Contains("has learnt nothing yet", _pare.Run("compress lenet5 --data @pictures.npy --recipe @short.json -o @out").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_single_layers_lose_is_shown_where_it_was_measured()
    {
        _pare.Succeed("train lenet-300-100 --epochs 1 -o @net.onnx");
        _pare.Succeed("sensitivity @net.onnx --data glyphs --images 200 --methods sparsity --cache @cache -o @sens.json");
        var (code, _, error) = _pare.Run("compress @net.onnx --data glyphs --recipe @short.json --sensitivity @sens.json -o @out");
        Assert.True(code == 0, error);
        Assert.Contains("Sensitivity of each layer", File.ReadAllText(_pare.At("out/report.html")), StringComparison.Ordinal);
        Assert.NotEmpty(RunReport.Parse(File.ReadAllText(_pare.At("out/report.json"))).Sensitivity!);
        _pare.Succeed("zoo lenet5 -o @other.onnx");
        Assert.Contains("not on this network", _pare.Run("compress @other.onnx --data glyphs --sensitivity @sens.json -o @out2").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_detector_with_five_outputs_is_compressed_under_agreement()
    {
        OnnxFile.Write(Detector(), _pare.At("detector.onnx"));
        WriteGlyphs(600);
        var (code, output, error) = _pare.Run("compress @detector.onnx --data @pictures.npy --recipe int8 --max-drop 20 -o @out");
        Assert.True(code == 0, error);
        Assert.Contains("promise kept", output, StringComparison.Ordinal);
        Assert.Equal(5, OnnxFile.Read(_pare.At("out/model.onnx")).Graph.Outputs.Length);
    }

    [Theory]
    [InlineData("--minutes 5", "--minutes is the time of a search; it belongs to --target")]
    [InlineData("--target size --recipe deep", "--target looks over several recipes; --recipe and --teacher choose one")]
    [InlineData("--target size --teacher none", "--target looks over several recipes; --recipe and --teacher choose one")]
    [InlineData("--target speed", "--target is 'speed'; allowed: none, size, latency, both")]
    [InlineData("--target size --minutes 0", "--minutes is '0'; allowed: a number, 0.01 to 100000")]
    public void Options_that_do_not_go_together_are_one_line(string options, string message) =>
        Assert.Contains(message, _pare.Fail($"compress lenet5 -o @out {options}"), StringComparison.Ordinal);

    [Fact]
    public void A_search_for_both_costs_saves_every_network_of_its_front()
    {
        _pare.Succeed("train lenet5 --epochs 1 -o @net.onnx");
        var (code, output, error) = _pare.Run("compress @net.onnx --data glyphs --target both --minutes 0.4 --max-drop 5 -o @out");
        Assert.True(code == 0, error);
        var report = RunReport.Parse(File.ReadAllText(_pare.At("out/report.json")));
        Assert.True(report is { Target: "both", Minutes: 0.4, Contract: { Held: true, Drop: <= 5 }, Ratio: > 3 });
        Assert.Equal(report.Front.Count, Directory.GetDirectories(_pare.At("out/front")).Length);
        Assert.All(report.Front, p => Assert.Equal(new FileInfo(_pare.At($"out/{p.Folder}/model.pare")).Length, p.PackedBytes));
        Assert.Equal(File.ReadAllBytes(_pare.At("out/model.onnx")), File.ReadAllBytes(_pare.At($"out/{report.Front[0].Folder}/model.onnx")));
        Assert.Contains("front/1", output, StringComparison.Ordinal);
        // Nothing of an earlier front stays beside a result that has none.
        Assert.Equal(0, _pare.Run("compress @net.onnx --data glyphs --recipe int8 --max-drop 5 -o @out").Code);
        Assert.False(Directory.Exists(_pare.At("out/front")));
    }

    [Fact]
    public void A_search_over_a_network_that_cannot_be_trained_says_what_it_left_out()
    {
        OnnxFile.Write(Detector(), _pare.At("detector.onnx"));
        WriteGlyphs(600);
        var (code, output, error) = _pare.Run("compress @detector.onnx --data @pictures.npy --target size --max-drop 20 -o @out");
        Assert.True(code == 0, error);
        var report = RunReport.Parse(File.ReadAllText(_pare.At("out/report.json")));
        Assert.InRange(report.Ratio, 3, 20);
        Assert.Equal("small", Assert.Single(report.LeftOut).Recipe);
        Assert.Contains("left out: small (", output, StringComparison.Ordinal);
    }

    // A backbone whose maps of two scales, boxes, scores and vector are all outputs.
    private static Model Detector()
    {
        var b = new GraphBuilder(3);
        var model = b.Build("detector", b.Input(1, 28, 28).Conv("fine", 16, 3, stride: 2, pad: 1).Relu().Conv("coarse", 32, 3, stride: 2, pad: 1).Relu().Conv("boxes", 8, 1).Conv("maps", 10, 3, pad: 1).Flatten().Dense("vector", 12));
        ValueInfo Map(string name, long channels, long side) => ValueInfo.Of(name, ElementType.Float, new Dimension(null, "batch"), channels, side, side);
        return model with { Graph = model.Graph with { Outputs = [.. model.Graph.Outputs, Map("fine", 16, 14), Map("coarse", 32, 7), Map("boxes", 8, 7), Map("maps", 10, 7)] } };
    }

    private void WriteGlyphs(int count)
    {
        var glyphs = Glyphs.Draw(7, 1).All;
        var values = new float[784];
        var read = -1;
        _pare.WritePictures("pictures.npy", count, (picture, place) =>
        {
            if (picture != read) glyphs.Read(read = picture, values);
            return (byte)values[place];
        });
    }

    [Fact]
    public void The_measured_drop_alone_decides_where_that_is_asked_for()
    {
        var (code, output, error) = _pare.Run("compress lenet-300-100 --recipe @short.json --max-drop 50 --accept point -o @out");
        Assert.True(code == 0, error);
        Assert.Contains("promise kept on the estimate", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Agreement_looks_at_no_label()
    {
        _pare.Succeed("train lenet-300-100 --epochs 1 -o @net.onnx");
        var network = OnnxFile.Read(_pare.At("net.onnx"));
        // Three of the ten scores: labels go up to 9.
        var cut = network with
        {
            Graph = network.Graph with
            {
                Nodes = [.. network.Graph.Nodes, new Node { OpType = "Gather", Name = "some", Inputs = [network.Graph.Outputs[0].Name, "which"], Outputs = ["three"], Attributes = [NodeAttribute.Of("axis", 1L)] }],
                Initializers = [.. network.Graph.Initializers, Tensor.Of("which", [3], (long[])[0, 1, 2])],
                Outputs = [ValueInfo.Of("three", ElementType.Float, new Dimension(null, "batch"), 3)],
            },
        };
        OnnxFile.Write(cut, _pare.At("three.onnx"));
        var (code, _, error) = _pare.Run("compress @three.onnx --data glyphs --recipe @short.json --metric agreement --max-drop 60 -o @out");
        Assert.True(code == 0, error);
    }
}
