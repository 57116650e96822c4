using System.Collections.Immutable;
using Pare.Coding;
using Pare.Compress;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Report;
using Pare.Torch.Training;

namespace Pare.Cli;

/// <summary>Puts together what <c>inspect</c> shows. What cannot be measured is a note in the report, not an error: the rest still holds.</summary>
internal static class Inspection
{
    /// <summary>The costs that need no running.</summary>
    /// <exception cref="BadInputException">The given size does not suit the network.</exception>
    public static InspectReport Of(LoadedModel loaded, LatencyOptions options, VerbRun run)
    {
        var profile = ModelProfile.Of(loaded.Model, InputShapes(loaded.Model, options));
        var costs = Costs.Of(profile, loaded);
        return new InspectReport
        {
            Pare = Machines.Pare, Command = run.CommandLine, Machine = Machines.This(run.Threads), Model = loaded.Name, Opset = loaded.Model.OpsetVersion,
            Parameters = costs.Parameters, WeightBytes = costs.WeightBytes, OnnxBytes = costs.OnnxBytes, NonZero = costs.NonZero, Macs = costs.Macs,
            LayerWeights = profile.Nodes.Sum(n => n.Weights?.Count ?? 0), LayerNonZero = profile.NonZero, StoredBytes = profile.StoredBytes,
            PeakActivationBytes = profile.PeakActivationBytes, PeakBytesInGraphOrder = profile.PeakBytesInGraphOrder,
            Layers = [.. profile.Nodes.Select(LayerCost.Of)], Uncounted = profile.Uncounted, PackedBytes = costs.PackedBytes,
            PackedLayers = loaded.IsPacked ? LayerReports.Of(profile, loaded.Model, profile, PackedFile.Describe(loaded.Path!)) : null,
        };
    }

    /// <summary>The report with the time of each node on ONNX Runtime.</summary>
    public static InspectReport WithTime(InspectReport report, LoadedModel loaded, LatencyOptions options, CancellationToken cancel)
    {
        try
        {
            // A batch that the network fixes is in its multiply-adds already.
            var isOpen = loaded.Model.Graph.FreeInputs.Any(i => i.Shape is [{ Value: null }, ..]);
            return report.With(NodeTimer.Measure(loaded.Model, options, cancel), options.Run.Threads, isOpen ? options.Batch ?? 1 : 1);
        }
        catch (BadInputException e)
        {
            return report with { TimeNote = e.Message };
        }
    }

    /// <summary>The report with the time of one training step.</summary>
    public static InspectReport WithTraining(InspectReport report, LoadedModel loaded, LatencyOptions options, int defaultBatch, CancellationToken cancel)
    {
        try
        {
            var inputs = loaded.Model.Graph.FreeInputs;
            var isOpen = inputs is [{ Shape: [{ Value: null }, ..] }];
            var asked = new InputOptions { Batch = options.Batch ?? (isOpen ? defaultBatch : null), Size = options.Size };
            long[] shape = [.. RandomInputs.Shapes(inputs, asked).SelectMany(s => s.Select(d => d.Value!.Value))];
            var step = TrainingStep.Measure(loaded.Model, shape, options.Run.Threads, options.Budget, cancel);
            return report with { Training = new TrainingCost(step, (int)shape[0], options.Run.Threads) };
        }
        catch (BadInputException e)
        {
            return report with { TrainingNote = e.Message };
        }
    }

    private static Dictionary<string, ImmutableArray<Dimension>>? InputShapes(Model model, LatencyOptions options) => options.Size is null
        ? null
        : RandomInputs.Shapes(model.Graph.FreeInputs, new InputOptions { Size = options.Size }).Zip(model.Graph.FreeInputs).ToDictionary(p => p.Second.Name, p => p.First);
}
