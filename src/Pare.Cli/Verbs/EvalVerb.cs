using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Data;
using Pare.Ort;
using Pare.Profile;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare eval</c>: a network's score on data.</summary>
internal static class EvalVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var data = new DataFlags();
        var part = Opt.Choice("--part", ["auto", "train", "validation", "test", "all"], "auto", "Which part of the data; auto is the data's own test part where it has one, else all of it.");
        var metric = Opt.Choice("--metric", ["auto", "top1", "nme", "agreement"], "auto", "auto is top1 where labels fit the outputs, else agreement with --reference.");
        var reference = Opt.Text("--reference", "MODEL", "The network to agree with; labels are not looked at.");
        return new VerbCommand("eval", "A network's score on data: top-1, or agreement with another network.", new OptionGroup("Evaluation") { metric, reference, part }, data)
        {
            Arguments = { model },
            Examples = ["pare eval model.onnx --data photos.zip", "pare eval small.onnx --reference large.onnx --data pictures/"],
            Body = run =>
            {
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                var preprocess = data.Preprocess(run, loaded.Model);
                var splits = data.Open(run, preprocess);
                ModelShape.CheckInput(loaded.Model, splits);
                var examples = Part(splits, run.Get(part));
                var other = run.Get(reference) is { } path ? Models.Load(path, new ZooOptions { Seed = run.Seed }) : null;
                var score = Evaluate(run, loaded, other, examples, preprocess, MetricFor(run.Get(metric), loaded, other, examples, splits.Name));
                var latency = LatencyMeter.Measure(loaded.Model, new LatencyOptions { ExampleShape = examples.Shape, Run = new OrtOptions { Threads = run.Threads } });
                Show(run, Costs.Of(loaded) with { Value = score.Value, Count = score.Count, LatencyMs = latency }, score, splits.Name);
            },
        };
    }

    private static IDataset Part(DataSplits splits, string part) => part switch
    {
        "train" => splits.Train,
        "validation" => splits.Validation,
        "test" => splits.Test,
        "all" => splits.All,
        _ => splits.HasOwnTest ? splits.Test : splits.All,
    };

    private static string MetricFor(string asked, LoadedModel loaded, LoadedModel? reference, IDataset examples, string data)
    {
        if (asked == "nme") throw new BadInputException("--metric nme needs landmark data, which is not read yet; allowed: top1, agreement");
        if (asked == "agreement" && reference is null) throw new BadInputException("--metric agreement needs --reference MODEL");
        if (asked != "auto") return asked;
        if (reference is not null) return "agreement";
        return ModelShape.LabelsFit(loaded.Model, examples)
            ? "top1"
            : throw new BadInputException($"the labels of '{data}' do not fit the outputs of {loaded.Name}; give data with labels, or --reference MODEL to measure agreement");
    }

    private static Evaluation Evaluate(VerbRun run, LoadedModel loaded, LoadedModel? reference, IDataset examples, Preprocess preprocess, string metric)
    {
        using var line = run.Progress("evaluating");
        var progress = new Relay<double>(share =>
        {
            run.Cancel.ThrowIfCancellationRequested();
            line.Report(share, 1);
        });
        var options = new OrtOptions { Threads = run.Threads };
        return metric == "top1"
            ? Evaluator.Top1(loaded.Model, examples, preprocess, options, progress)
            : Evaluator.Agreement(reference!.Model, loaded.Model, examples, preprocess, options, progress);
    }

    private static void Show(VerbRun run, ModelCosts costs, Evaluation score, string data)
    {
        var json = costs.ToJson();
        json["metric"] = score.Metric.Name;
        json["data"] = data;
        run.Show(json, console =>
        {
            var right = score.Metric == Metric.Top1 ? $" ({Format.Count((long)Math.Round(score.Value * score.Count))} of {Format.Count(score.Count)} right)" : $" over {Format.Count(score.Count)} examples";
            console.MarkupLineInterpolated($"{score.Metric.Name} [bold]{Format.Percent(score.Value)}[/]{right} on {data}");
            console.WriteLine($"latency {Format.Milliseconds(costs.LatencyMs!.Median)} a prediction (median; 95 % within {Format.Milliseconds(costs.LatencyMs.P95)})");
        });
    }
}
