using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
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
        var part = Opt.Choice("--part", ["auto", "train", "validation", "test", "unseen", "all"], "auto",
            "Which part of the data; auto is the data's own test part where it has one, else all of it; unseen is what is kept for reporting when others' networks are compressed or measured.");
        var metric = new MetricFlags();
        var reference = Opt.Text("--reference", "MODEL", "The network to agree with; the metric is agreement then, and labels are not looked at.");
        return new VerbCommand("eval", "A network's score on data: top-1, or agreement with another network.", new OptionGroup("Evaluation") { reference, part }, metric, data)
        {
            Arguments = { model },
            Examples = ["pare eval model.onnx --data photos.zip", "pare eval small.onnx --reference large.onnx --data pictures/"],
            Body = run =>
            {
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                var preprocess = data.Preprocess(run, loaded.Model);
                var splits = data.Open(run, preprocess, known: null);
                ModelShape.CheckInput(loaded.Model, splits);
                var (examples, which) = Part(splits, run.Get(part), loaded, run.Seed);
                var other = run.Get(reference) is { } path ? Models.Load(path, new ZooOptions { Seed = run.Seed }) : null;
                var asked = other is not null ? Metric.Agreement : metric.For(run, loaded.Model, examples, splits.Name);
                if (asked == Metric.Agreement && other is null)
                    throw new BadInputException(metric.IsGiven(run) ? "agreement needs a network to agree with: --reference MODEL" : $"{(ModelShape.HasLabels(examples) ? $"the labels of '{splits.Name}' do not fit the outputs of {loaded.Name}" : $"'{splits.Name}' has no labels")}; --reference MODEL gives a network to agree with instead");
                var score = Evaluate(run, new Judge(asked, (other ?? loaded).Model, preprocess, new OrtOptions { Threads = run.Threads }), loaded.Model, examples);
                var latency = LatencyMeter.Measure(loaded.Model, new LatencyOptions { ExampleShape = examples.Shape, Run = new OrtOptions { Threads = run.Threads } });
                Show(run, Costs.Of(loaded) with { Value = score.Value, Count = score.Count, LatencyMs = latency }, score, splits.Name, which);
            },
        };
    }

    private static (IDataset Examples, string Part) Part(DataSplits splits, string part, LoadedModel loaded, int seed) => part switch
    {
        "train" => (splits.Train, part),
        "validation" => (splits.Validation, part),
        "test" => (splits.Test, part),
        "unseen" => (loaded.Unseen(splits, seed).Test, part),
        "all" => (splits.All, part),
        _ => Part(splits, splits.HasOwnTest ? "test" : "all", loaded, seed),
    };

    private static Evaluation Evaluate(VerbRun run, Judge judge, Model model, IDataset examples)
    {
        using var line = run.Progress("evaluating");
        return judge.Of(model, examples, run.Share(line));
    }

    private static void Show(VerbRun run, ModelCosts costs, Evaluation score, string data, string part)
    {
        var json = costs.ToJson();
        json["metric"] = score.Metric.Name;
        json["data"] = data;
        json["part"] = part;
        run.Show(json, console =>
        {
            var right = score.Metric == Metric.Top1 ? $" ({Format.Count((long)Math.Round(score.Value * score.Count))} of {Format.Count(score.Count)} right)" : $" over {Format.Count(score.Count)} examples";
            console.MarkupLineInterpolated($"{score.Metric.Name} [bold]{Format.Percent(score.Value)}[/]{right} on {data}, {(part == "all" ? "all of it" : $"part {part}")}");
            console.WriteLine($"latency {Format.Milliseconds(costs.LatencyMs!.Median)} a prediction (median; 95 % within {Format.Milliseconds(costs.LatencyMs.P95)})");
        });
    }
}
