using System.CommandLine;
using System.Diagnostics;
using Pare.Compress;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Ort;
using Pare.Recipes;
using Pare.Report;
using Pare.Torch.Training;
using Spectre.Console;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary><c>pare landmarks train</c>: both levels, one after the other.</summary>
internal static class TrainCascadeVerb
{
    private static readonly CascadeOptions Default = new();

    public static Command Create()
    {
        var data = new LandmarkFlags();
        var output = Opt.Folder("Folder for level1.onnx and level2.onnx.", "cascade");
        var size = Opt.Text("--size", "WxH", $"Input of both networks. (default {Default.Size})");
        var width = Opt.Number("--width", "F", 0.1, 8, "Factor on the networks' channels. (default 1)");
        var epochs = Opt.MaybeWhole("--epochs", "N", 1, 100_000, $"Passes over the training data for each level. (default {Default.Training.Epochs})");
        var rate = Opt.Number("--lr", "R", 0, 1000, $"Peak learning rate. (default {Default.Training.LearningRate})");
        var batch = Opt.MaybeWhole("--batch", "N", 1, 65_536, $"Examples a step. (default {Default.Training.BatchSize})");
        return new VerbCommand("train", "Train the cascade: level 1 on whole pictures, level 2 on crops cut by what level 1 finds.", new OptionGroup("Training") { output, size, width, epochs, rate, batch }, data)
        {
            Details = "A run that was stopped goes on where it was: the same command again. Input size, crop rule and preprocessing are written into the networks.",
            Examples = ["pare landmarks train -o cascade", "pare landmarks train --data 300w/ --points 68 -o cascade68"],
            Body = run =>
            {
                var folder = run.Get(output);
                var splits = data.Open(run);
                CompressOutput.Prepare(folder);
                var options = Default with
                {
                    Size = run.Get(size) is { } text ? PictureSize.Parse(text) : Default.Size,
                    Width = run.Get(width) ?? 1,
                    Checkpoint = level => Path.Combine(folder, $"level{level}.checkpoint"),
                    Training = Default.Training with
                    {
                        Epochs = run.Get(epochs) ?? Default.Training.Epochs,
                        LearningRate = run.Get(rate) ?? Default.Training.LearningRate,
                        BatchSize = run.Get(batch) ?? Default.Training.BatchSize,
                        Seed = run.Seed,
                        Threads = run.Threads,
                    },
                };
                var watch = Stopwatch.StartNew();
                var (first, second) = Train(run, splits, options);
                using var cascade = new LandmarkCascade(first, second, new OrtOptions { Threads = run.Threads });
                var score = CascadeScore.Of(cascade, splits.Test);
                Models.Save(first, Path.Combine(folder, "level1.onnx"));
                Models.Save(second, Path.Combine(folder, "level2.onnx"));
                foreach (var level in (int[])[1, 2]) File.Delete(options.Checkpoint!(level));
                var json = CascadeTable.ToJson(score);
                json["out"] = folder;
                json["seconds"] = watch.Elapsed.TotalSeconds;
                run.Show(json, console =>
                {
                    CascadeTable.Render(console, score);
                    console.WriteLine($"trained in {ProgressLine.Duration(watch.Elapsed)}; wrote {folder}: level1.onnx, level2.onnx");
                });
            },
        };
    }

    private static (Model First, Model Second) Train(VerbRun run, LandmarkSplits data, CascadeOptions options)
    {
        using var line = run.Progress("training");
        var progress = new Relay<(int Level, TrainProgress Training)>(p => line.Report(p.Training, $"level {p.Level}"));
        return CascadeTrainer.Train(data, options, Trainer.Train, progress, run.Cancel);
    }
}
