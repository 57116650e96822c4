using System.Diagnostics;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Data;
using Pare.Ort;
using Pare.Profile;
using Pare.Recipes;
using Pare.Report;
using Pare.Torch.Training;
using Spectre.Console;

namespace Pare.Cli;

/// <summary>Trains, writes and scores a network, for the verbs that do that.</summary>
internal static class TrainOutput
{
    /// <param name="knows">Whether the network has learnt something already, which its score before tells.</param>
    /// <param name="path">Where the trained network goes.</param>
    /// <param name="judge">Scores it on the test part.</param>
    public static void Run(VerbRun run, TrainJob job, bool knows, DataSplits splits, string path, Judge judge)
    {
        var before = knows ? judge.Of(job.Model, splits.Test) : null;
        var watch = Stopwatch.StartNew();
        var result = Train(run, job);
        Models.Save(TrainedOn.Mark(job.Preprocess.ToMetadata(result.Model), splits), path);
        Show(run, path, job.Options, result, before, judge.Of(result.Model, splits.Test), watch.Elapsed);
    }

    private static TrainResult Train(VerbRun run, TrainJob job)
    {
        using var line = run.Progress("training");
        return Trainer.Train(job, new Relay<TrainProgress>(p => line.Report(p)), run.Cancel);
    }

    private static void Show(VerbRun run, string path, TrainOptions options, TrainResult result, Evaluation? before, Evaluation test, TimeSpan elapsed)
    {
        var json = new JsonObject
        {
            ["out"] = path,
            ["epochs"] = result.Epochs.Count,
            ["seconds"] = elapsed.TotalSeconds,
            ["trainLoss"] = result.Epochs[^1].TrainLoss,
            ["validation"] = result.Validation is { } v ? new JsonObject { ["value"] = v.Value, ["loss"] = v.Loss } : null,
            ["metric"] = test.Metric.Name,
            ["before"] = before?.Value,
            ["value"] = test.Value,
            ["count"] = test.Count,
        };
        run.Show(json, console =>
        {
            var right = test.Metric == Metric.Agreement ? "test examples as the teacher says" : "test examples right";
            console.MarkupLine($"[bold]{Format.Percent(test.Value)}[/] of {Format.Count(test.Count)} {right}{(before is null ? "" : $" ({Format.Percent(before.Value)} before)")}{(result.Validation is { } score ? $", {Format.Percent(score.Value)} of the validation examples" : "")}");
            console.WriteLine($"{result.Epochs.Count} {(result.Epochs.Count == 1 ? "epoch" : "epochs")} of {options.Optimizer} in {ProgressLine.Duration(elapsed)}; wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}");
        });
    }
}
