using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Ort;
using Pare.Recipes;
using Pare.Torch.Training;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class LandmarkCascadeTests
{
    private static readonly Picture Grey = new(100, 50, [.. Enumerable.Repeat((byte)128, 100 * 50 * 3)]);

    // Left eye, right eye, nose, mouth corners; -1 to 1 over the level's crop.
    private static readonly float[] Somewhere = [-0.2f, -0.1f, 0.2f, -0.1f, 0, 0.1f, -0.1f, 0.3f, 0.1f, 0.3f];

    [Fact]
    public void The_second_level_looks_where_the_first_one_points()
    {
        using var cascade = new LandmarkCascade(Always(Somewhere), Always([0, 0, 0.5f, 0, 0, 0.5f, 0, 0, 1, 1]));
        var found = cascade.Detect(Grey);
        // The whole picture's square has its centre at (50, 25) and half a side of 50.
        Assert.Equal([40f, 20f, 60f, 20f, 50f, 30f], found.Rough[..6].Select(v => MathF.Round(v, 3)));
        // Nose to left eye: sqrt(200), and the crop reaches twice as far.
        var half = 2 * MathF.Sqrt(200);
        Assert.Equal(new Crop(50, 30, half), found.Crop!.Value with { Half = half });
        Assert.Equal(half, found.Crop.Value.Half, 1e-3f);
        Assert.Equal([50f, 30f, 50 + half / 2, 30f, 50f, 30 + half / 2, 50f, 30f, 50 + half, 30 + half], found.Fine, (a, b) => Math.Abs(a - b) < 1e-3f);
    }

    [Fact]
    public void Behind_a_face_detector_the_first_level_looks_at_the_square_of_the_box()
    {
        using var cascade = new LandmarkCascade(Always(Somewhere), null);
        // A box of 20 x 10 with its middle at (20, 15), doubled: half a side of 20.
        var found = cascade.Detect(Grey, new FaceBox(10, 10, 20, 10).Square(2));
        Assert.Equal([16f, 13f, 24f, 13f, 20f, 17f], found.Rough[..6].Select(v => MathF.Round(v, 3)));
    }

    [Fact]
    public void Without_a_second_level_the_first_ones_points_stand()
    {
        using var cascade = new LandmarkCascade(Always(Somewhere), null);
        var found = cascade.Detect(Grey);
        Assert.Null(found.Crop);
        Assert.Equal(found.Rough, found.Fine);
    }

    [Fact]
    public void Where_the_first_level_finds_no_face_that_is_said()
    {
        using var cascade = new LandmarkCascade(Always(new float[10]), Always(Somewhere));
        Assert.Contains("found no face", Assert.Throws<BadInputException>(() => cascade.Detect(Grey)).Message, StringComparison.Ordinal);
        Assert.Null(cascade.DetectOrRough(Grey).Crop);
    }

    [Fact]
    public void Levels_with_different_points_do_not_go_together()
    {
        var message = Assert.Throws<BadInputException>(() => new LandmarkCascade(Always(Somewhere), Always(new float[136]))).Message;
        Assert.Equal("level 1 has 5 points and level 2 has 68; both need the same", message);
    }

    [Theory]
    [InlineData(7, "7 numbers, which are not x and y of points")]
    [InlineData(12, "6 points make no known face")]
    public void Outputs_that_are_no_faces_are_refused(int numbers, string answer) =>
        Assert.Contains(answer, Assert.Throws<BadInputException>(() => new LandmarkCascade(Always(new float[numbers]), null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_network_without_a_batch_is_refused()
    {
        var model = Always(Somewhere);
        model = model with { Graph = model.Graph with { Inputs = [ValueInfo.Of("input", ElementType.Float, 3, 48, 48)] } };
        Assert.Contains("a landmark network takes one tensor [batch, 3, height, width]", Assert.Throws<BadInputException>(() => LandmarkLevel.Of(model, CropRule.Whole)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dynamic_input_needs_a_size()
    {
        var model = Always(Somewhere);
        var open = model with { Graph = model.Graph with { Inputs = [ValueInfo.Of("input", ElementType.Float, Dimension.Unknown, 3, Dimension.Unknown, Dimension.Unknown)] } };
        Assert.Contains("give --size", Assert.Throws<BadInputException>(() => LandmarkLevel.Of(open, CropRule.Whole)).Message, StringComparison.Ordinal);
        Assert.Equal(new PictureSize(32, 24), LandmarkLevel.Of(open, CropRule.Whole, new PictureSize(32, 24)).Preprocess.Geometry.Size);
    }

    [Fact]
    public void Levels_are_read_back_from_the_models_metadata()
    {
        var level = new LandmarkLevel(PointScheme.Five, new CropRule(CropKind.Face, 1.5f), new Preprocess { Mean = [0.5f], Geometry = new() { Size = new(48, 48), Channels = ChannelOrder.Bgr } });
        var read = LandmarkLevel.Of(OnnxReader.Read(OnnxWriter.ToBytes(level.ToMetadata(Always(Somewhere)))), CropRule.Whole);
        Assert.Equal(level, read);
    }

    // Two bright dots on a dark picture are the eyes; the other points follow from them. A few seconds teach that much.
    [Fact]
    public void A_cascade_learns_and_its_second_level_is_finer()
    {
        var data = new LandmarkSplits("dots", Dots(0, 500), Dots(500, 40), Dots(540, 60)) { HasOwnTest = true };
        var options = new CascadeOptions { Size = new(24, 24), Training = new() { Epochs = 16, BatchSize = 32, LearningRate = 3e-3, Threads = 1 } };
        var (first, second) = CascadeTrainer.Train(data, options, Trainer.Train);
        using var cascade = new LandmarkCascade(first, second);
        var score = CascadeScore.Of(cascade, data.Test);
        Assert.InRange(score.Rough.Nme, 0, 0.5);
        Assert.True(score.Fine.Nme < score.Rough.Nme, $"{score.Fine.Nme} after {score.Rough.Nme}");
        var level = LandmarkLevel.Of(first, CropRule.Whole);
        var examples = level.Examples(data.Test, CascadeTrainer.WholeCrops(data.Test), null);
        // Torch, ONNX Runtime and the cascade itself agree on the error.
        Assert.Equal(score.Rough.Nme, Evaluator.Nme(first, examples, level.Preprocess).Value, 1e-4);
        Assert.Equal(score.Rough.Nme, Trainer.Score(first, examples, level.Preprocess).Value, 1e-4);
    }

    private static LandmarkSet Dots(int from, int count) => new("dots", PointScheme.Five, [.. Enumerable.Range(from, count).Select(i =>
    {
        var random = new Random(i);
        var (x, y, d) = (random.Next(24, 40), random.Next(20, 36), random.Next(6, 12));
        float[] points = [x - d, y, x + d, y, x, y + d, x - d / 2f, y + 2 * d, x + d / 2f, y + 2 * d];
        var rgb = new byte[64 * 64 * 3];
        random.NextBytes(rgb);
        for (var p = 0; p < rgb.Length; p++) rgb[p] /= 8;
        for (var eye = 0; eye < 5; eye++)
            for (var dy = -3; dy < 3; dy++)
                for (var dx = -3; dx < 3; dx++)
                    if (points[2 * eye + 1] + dy is var row and >= 0 and < 64) rgb.AsSpan(3 * (64 * (int)row + (int)points[2 * eye] + dx), 3).Fill((byte)(120 + 30 * eye));
        return new LandmarkPhoto($"dots {i}", [.. points], FaceBox.Around(points), new(64, 64), () => new Picture(64, 64, rgb));
    })]);

    /// <summary>A network that gives the same numbers for every picture.</summary>
    private static Model Always(float[] numbers)
    {
        var net = new GraphBuilder();
        var model = net.Build("always", net.Input(3, 48, 48).GlobalAveragePool().Dense("fc", numbers.Length), "points");
        return model with
        {
            Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor>
            {
                ["fc.weight"] = Tensor.Of("fc.weight", [numbers.Length, 3], new float[3 * numbers.Length]),
                ["fc.bias"] = Tensor.Of("fc.bias", [numbers.Length], numbers),
            }),
        };
    }
}
