using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Pare.Coding;
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
        var body = source.SkipWhile(l => l.Trim() != "// README").Skip(1).TakeWhile(l => l.Trim() != "// end").Select(l => l[Math.Min(l.Length, 12)..]);
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "README.md"));
        Assert.Contains(string.Join('\n', body), readme, StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
