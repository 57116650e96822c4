using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Cli;

/// <summary>What networks are judged by. Defined once for every verb that judges one.</summary>
internal sealed class MetricFlags : OptionGroup
{
    private readonly Option<string> _metric;

    public MetricFlags() : base("Metric") =>
        _metric = Added(Opt.Choice("--metric", ["auto", "top1", "nme", "agreement"], "auto",
            "auto is nme for landmarks, top1 where labels fit the outputs, else agreement with the network as it was given. agreement looks at no labels, so any pictures will do."));

    /// <summary>Whether the user named the metric.</summary>
    public bool IsGiven(VerbRun run) => run.Has(_metric);

    /// <summary>The metric that was asked for, or the one that suits the data.</summary>
    /// <exception cref="BadInputException">The data has no such truth.</exception>
    public Metric For(VerbRun run, Model model, IDataset data, string name)
    {
        var (hasPoints, hasLabels) = (data is IPointDataset, data is not IPointDataset && ModelShape.LabelsFit(model, data));
        var outputs = ModelShape.Outputs(model);
        if (run.Get(_metric) != "agreement" && hasLabels && data.Classes.Length < outputs)
            run.Note($"'{name}' has {data.Classes.Length} classes, the network {outputs} outputs: the classes are its first ones, in the order of their names, unless a classes.txt says otherwise (docs/data.md)");
        if (run.Get(_metric) == "auto" && !hasPoints && !hasLabels && ModelShape.HasLabels(data))
            run.Note($"the labels of '{name}' are not the network's outputs: what counts is agreement with the network as it is");
        return run.Get(_metric) switch
        {
            "agreement" => Metric.Agreement,
            "nme" => hasPoints ? Metric.Nme : throw new BadInputException($"--metric nme needs landmarks, which '{name}' does not have; allowed: top1, agreement"),
            "top1" => hasLabels ? Metric.Top1 : throw new BadInputException($"--metric top1 needs labels that fit the network's outputs; those of '{name}' do not: allowed is agreement"),
            _ => hasPoints ? Metric.Nme : hasLabels ? Metric.Top1 : Metric.Agreement,
        };
    }
}
