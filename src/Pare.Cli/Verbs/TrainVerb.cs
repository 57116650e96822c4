using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Pare.Data;
using Pare.Ort;
using Pare.Recipes;
using Pare.Report;
using Pare.Torch.Training;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare train</c>: trains or fine-tunes any supported graph.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var data = new DataFlags();
        var training = new TrainFlags();
        var output = Opt.Output("The trained network (.onnx); may be MODEL itself.");
        return new VerbCommand("train", "Train or fine-tune any supported network, in whatever form its weights are.", new OptionGroup("Output") { output }, data, training)
        {
            Arguments = { model },
            Details = "Pruned weights stay zero, shared weights stay shared, weights in codes stay codes. A network of the zoo is built for the data's shape and classes. The preprocessing is written into the model.",
            Examples = ["pare train lenet5 --data mnist -o lenet5.onnx", "pare train pruned.onnx --data mnist --epochs 5 --lr 0.0005 -o pruned.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var options = training.Read(run);
                var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(model));
                ModelShape.CheckTraining(loaded.Model, splits);
                var watch = Stopwatch.StartNew();
                var job = new TrainJob
                {
                    Model = loaded.Model,
                    Train = splits.Train,
                    Validation = splits.Validation.Count > 0 ? splits.Validation : null,
                    Preprocess = preprocess,
                    Augmentation = training.Augmentation(run),
                    Options = options,
                    Teacher = training.Teacher(run) is { } teacher ? Models.Load(teacher, new ZooOptions { Seed = run.Seed }).Model : null,
                    Checkpoint = training.Checkpoint(run),
                };
                var result = Train(run, job);
                Models.Save(TrainedOn.Mark(preprocess.ToMetadata(result.Model), splits), path);
                var test = Evaluator.Top1(result.Model, splits.Test, preprocess, new OrtOptions { Threads = run.Threads });
                Show(run, path, options, result, test.Value, test.Count, watch.Elapsed);
            },
        };
    }

    private static TrainResult Train(VerbRun run, TrainJob job)
    {
        using var line = run.Progress("training");
        return Trainer.Train(job, new Relay<TrainProgress>(p => line.Report(p)), run.Cancel);
    }

    private static void Show(VerbRun run, string path, TrainOptions options, TrainResult result, double test, int count, TimeSpan elapsed)
    {
        var json = new JsonObject
        {
            ["out"] = path,
            ["epochs"] = result.Epochs.Count,
            ["seconds"] = elapsed.TotalSeconds,
            ["trainLoss"] = result.Epochs[^1].TrainLoss,
            ["validation"] = result.Validation is { } v ? new JsonObject { ["value"] = v.Value, ["loss"] = v.Loss } : null,
            ["metric"] = "top1",
            ["value"] = test,
            ["count"] = count,
        };
        run.Show(json, console =>
        {
            console.MarkupLine($"[bold]{Format.Percent(test)}[/] of {Format.Count(count)} test examples right{(result.Validation is { } score ? $", {Format.Percent(score.Value)} of the validation examples" : "")}");
            console.WriteLine($"{result.Epochs.Count} epochs of {options.Optimizer} in {ProgressLine.Duration(elapsed)}; wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}");
        });
    }
}
