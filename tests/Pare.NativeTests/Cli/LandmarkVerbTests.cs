using System.Text.Json.Nodes;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class LandmarkVerbTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void A_cascade_goes_from_drawn_faces_to_points_in_a_photo()
    {
        _pare.Succeed("landmarks draw-data -o @faces --count 60");
        Assert.Equal(120, Directory.GetFiles(_pare.At("faces")).Length);
        var trained = Json("landmarks train --data @faces --epochs 1 --size 32x32 --width 0.5 --threads 1 -o @cascade");
        Assert.True(trained["cascade"]!["nme"]!.GetValue<double>() > 0);
        Assert.Empty(Directory.GetFiles(_pare.At("cascade"), "*.checkpoint"));
        var score = Json("landmarks eval --data @faces -c @cascade");
        Assert.Equal(trained["value"]!.GetValue<double>(), score["value"]!.GetValue<double>(), 1e-9);
        Assert.NotEqual(score["value"]!.GetValue<double>(), Json("landmarks eval --data @faces -c @cascade --around-box 1.6")["value"]!.GetValue<double>());
        var found = Json("landmarks detect @faces/face00000.png --level1 @cascade/level1.onnx -o @marked.png")["photos"]![0]!;
        Assert.Equal(5, found["level1"]!.AsArray().Count);
        Assert.NotNull(found["nme"]);
        Assert.Equal([137, 80, 78, 71], File.ReadAllBytes(_pare.At("marked.png"))[..4]);
    }

    [Fact]
    public void Compressing_a_cascade_that_was_interrupted_goes_on_and_ends_in_the_same_bytes()
    {
        File.WriteAllText(_pare.At("short.json"), """
            { "name": "short", "maxDrop": 90, "baseline": { "epochs": 1 }, "steps": [
                { "step": "prune", "kept": [0.5], "bisections": 0, "budget": 1, "epochs": 12 },
                { "step": "share", "centroids": [16], "epochs": 6 } ] }
            """);
        _pare.Succeed("landmarks draw-data -o @faces --count 60");
        _pare.Succeed("landmarks train --data @faces --epochs 1 --size 32x32 --width 0.5 --threads 1 -o @cascade");
        const string Line = "landmarks compress --data @faces -c @cascade --recipe @short.json --threads 1 -o @";
        _pare.Succeed(Line + "whole");
        _pare.SucceedInterrupted(Line + "parts");
        foreach (var file in new[] { "level1/model.pare", "level2/model.pare" })
            Assert.Equal(File.ReadAllBytes(_pare.At($"whole/{file}")), File.ReadAllBytes(_pare.At($"parts/{file}")));
        Assert.False(Directory.Exists(_pare.At("parts/.journal")));
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_one_line()
    {
        Assert.Contains("photo.png': no such file", _pare.Fail("landmarks detect @photo.png -c @nowhere"), StringComparison.Ordinal);
        File.WriteAllBytes(_pare.At("photo.png"), []);
        Assert.Contains("there is no cascade in", _pare.Fail("landmarks detect @photo.png -c @nowhere"), StringComparison.Ordinal);
        _pare.Tiny();
        Assert.Contains("a landmark network takes one tensor", _pare.Fail("landmarks eval --level1 @tiny.onnx"), StringComparison.Ordinal);
        File.WriteAllBytes(_pare.At("empty.png"), []);
        _pare.Succeed("zoo landmark-net -o @net.onnx");
        Assert.Contains("empty.png", _pare.Fail("landmarks detect @empty.png --level1 @net.onnx"), StringComparison.Ordinal);
        Assert.Contains("there is no photo in", _pare.Fail($"landmarks detect {Directory.CreateDirectory(_pare.At("none")).FullName} --level1 @net.onnx"), StringComparison.Ordinal);
        Assert.Contains("--box 1,2,3 is not X,Y,W,H", _pare.Fail("landmarks detect @empty.png --level1 @net.onnx --box 1,2,3"), StringComparison.Ordinal);
        Assert.Contains("pictures are written as .png", _pare.Fail("landmarks detect @empty.png --level1 @net.onnx -o @out.jpg"), StringComparison.Ordinal);
        Assert.Contains("7 points make no known face", _pare.Fail("landmarks train --points 7 -o @c"), StringComparison.Ordinal);
    }

    private JsonObject Json(string line) => JsonNode.Parse(_pare.Succeed(line + " --json"))!.AsObject();
}
