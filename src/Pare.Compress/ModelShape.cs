using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;

namespace Pare.Compress;

/// <summary>What a network takes and gives, and whether data suits it.</summary>
internal static class ModelShape
{
    /// <summary>Shape of one example, -1 where a length is free; null where there is no single tensor with a batch.</summary>
    public static ImmutableArray<int>? Input(Model model) =>
        model.Graph.FreeInputs is [{ Shape: { Length: > 1 } shape }] ? [.. shape.Skip(1).Select(d => (int?)d.Value ?? -1)] : null;

    /// <summary>Number of scores of the first output; null where it is not known.</summary>
    public static int? Outputs(Model model) => model.Graph.Outputs is [{ Shape: { Length: > 1 } shape }, ..]
        ? shape.Skip(1).Aggregate((int?)1, (product, d) => product * (int?)d.Value) : null;

    /// <summary>Refuses data whose examples are of another shape than the input.</summary>
    /// <exception cref="BadInputException">They are.</exception>
    public static void CheckInput(Model model, DataSplits data)
    {
        if (Input(model) is { } input) DataChecks.Fits(data, input, null);
    }

    /// <summary>Refuses data that a network cannot be trained on, before hours are spent on it.</summary>
    /// <param name="labelled">False where labels are not needed.</param>
    /// <exception cref="BadInputException">Another shape than the input, labels outside the outputs, an example without a label, or one class only.</exception>
    public static void CheckTraining(Model model, DataSplits data, bool labelled = true)
    {
        if (Input(model) is not { } input) throw new BadInputException($"the network takes {string.Join(", ", model.Graph.FreeInputs)}; one tensor with a batch is needed to train");
        DataChecks.Fits(data, input, labelled ? Outputs(model) ?? int.MaxValue : null);
        for (var i = 0; labelled && i < data.All.Count; i++)
            if (data.All.Label(i) < 0) throw new BadInputException($"data '{data.Name}' example {i} has no label; training needs one for each");
    }

    /// <summary>True where any example has a label.</summary>
    public static bool HasLabels(IDataset data) => Enumerable.Range(0, data.Count).Any(i => data.Label(i) >= 0);

    /// <summary>True where every example has a label that is one of the network's outputs.</summary>
    public static bool LabelsFit(Model model, IDataset data)
    {
        var outputs = Outputs(model) ?? int.MaxValue;
        for (var i = 0; i < data.Count; i++)
            if (data.Label(i) < 0 || data.Label(i) >= outputs) return false;
        return data.Count > 0;
    }
}
