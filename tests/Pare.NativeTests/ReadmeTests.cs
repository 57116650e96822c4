using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Pare.Coding;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Prune;
using Pare.Quantize;
using Pare.Recipes;
using Pare.Skia;
using Pare.Torch.Training;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests;

/// <summary>The README's C# lines are the body of a test here, word for word.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_lines_that_compress_in_one_call_work()
    {
        var before = Environment.CurrentDirectory;
        var cancel = TestContext.Current.CancellationToken;
        Environment.CurrentDirectory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var glyphs = DataSource.Open("glyphs", new DataOptions(), SkiaDecoder.Decode);
            var start = new TrainJob { Model = ModelZoo.Build("lenet-300-100"), Train = glyphs.Train, Preprocess = new Preprocess(), Options = new TrainOptions { Epochs = 2 } };
            OnnxFile.Write(Trainer.Train(start, null, cancel).Model, "model.onnx");
            // README
            var request = new CompressionRequest
            {
                Model = LoadedModel.Read("model.onnx"),
                Data = DataSource.Open("glyphs", new DataOptions(), SkiaDecoder.Decode),
                Preprocess = new Preprocess(),
                Recipe = Recipe.Load("qat"),
                Promise = new Promise { MaxDrop = 1 },
            };
            var progress = new Progress<RecipeProgress>(p => Console.WriteLine($"{p.Stage}: {100 * p.Share:0} %"));
            var result = Compressor.Run(request, progress, cancel).OrThrow();
            OnnxFile.Write(result.Model, "small.onnx");
            File.WriteAllBytes("small.pare", result.Packed);
            Console.WriteLine($"{result.Report.Ratio:0.0}x smaller, {result.Report.Contract.Verdict}");
            // end

            Assert.True(result.Kept);
            Assert.InRange(result.Report.Ratio, 4, 8);
            Assert.Equal(OnnxWriter.ToBytes(result.Model), PackedFile.ReadModel("small.pare"));
            Assert.Contains("promise kept", result.Report.Contract.Verdict, StringComparison.Ordinal);
            var unfit = request with { Model = new LoadedModel("lenet5", ModelZoo.Build("lenet5", new ZooOptions { InputShape = [3, 32, 32] }), null) };
            Assert.Throws<BadInputException>(() => Compressor.Run(unfit, null, cancel));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [Fact]
    public void The_lines_in_the_readme_work()
    {
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // README
            var data = DataSource.Open("glyphs", new DataOptions(), SkiaDecoder.Decode);
            var job = new TrainJob
            {
                Model = ModelZoo.Build("lenet-300-100"),
                Train = data.Train,
                Validation = data.Validation,
                Preprocess = new Preprocess(),
                Options = new TrainOptions { Epochs = 10 },
            };
            var trained = Trainer.Train(job);
            var pruned = Pruner.Prune(trained.Model, new PruneOptions { Sparsity = 0.9, Score = PruneScore.Saliency }, trained.MeanSquaredGradients);
            var retrained = Trainer.Train(job with { Model = pruned.Model });
            var shared = Sharer.Share(retrained.Model, new ShareOptions { Size = CodebookSize.OfBits(4) });
            OnnxFile.Write(shared.Model, "small.onnx");
            PackedFile.Pack("small.onnx", "small.pare");
            using var session = new InferenceSession(PackedFile.ReadModel("small.pare"));
            // end

            Assert.InRange(new FileInfo("small.pare").Length, 1_000, 266_610 * 4 / 25);
            Assert.InRange(Trainer.Score(shared.Model, data.Test, new Preprocess()).Value, 0.65, 1);
            Assert.Equal("scores", session.OutputNames[0]);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [Fact]
    public void The_readme_shows_these_lines()
    {
        var source = File.ReadAllLines(Here());
        var starts = source.Index().Where(l => l.Item.Trim() == "// README").Select(l => l.Index).ToList();
        Assert.Equal(2, starts.Count);
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "README.md"));
        foreach (var start in starts)
            Assert.Contains(string.Join('\n', source.Skip(start + 1).TakeWhile(l => l.Trim() != "// end").Select(l => l[Math.Min(l.Length, 12)..])), readme, StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
