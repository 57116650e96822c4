using Pare.Data;
using Pare.Onnx;

namespace Pare.Cli;

/// <summary>Refuses data that a network cannot be trained on, before hours are spent on it.</summary>
internal static class DataChecks
{
    /// <exception cref="BadInputException">Another shape than the input, labels outside the outputs, no labels, or one class only.</exception>
    public static void ForTraining(LoadedModel loaded, DataSplits data)
    {
        CheckShape(loaded, data);
        var labels = new SortedSet<int>();
        for (var i = 0; i < data.All.Count; i++) labels.Add(data.All.Label(i));
        if (labels.Min < 0) throw new BadInputException($"data '{data.Name}' has examples without a label; training needs one for each");
        if (labels.Count == 1)
            throw new BadInputException($"data '{data.Name}' has one class only ({ClassName(data, labels.Min)}); training needs at least 2");
        if (Outputs(loaded.Model) is { } outputs && labels.Max >= outputs)
            throw new BadInputException($"data '{data.Name}' has the label {labels.Max} ({ClassName(data, labels.Max)}); the {outputs} outputs of {loaded.Name} allow 0 to {outputs - 1}");
    }

    /// <summary>True where every example has a label that is one of the network's outputs.</summary>
    public static bool LabelsFit(Model model, IDataset data)
    {
        var outputs = Outputs(model) ?? int.MaxValue;
        for (var i = 0; i < data.Count; i++)
            if (data.Label(i) < 0 || data.Label(i) >= outputs) return false;
        return data.Count > 0;
    }

    /// <exception cref="BadInputException">An example is not of the input's shape.</exception>
    public static void CheckShape(LoadedModel loaded, DataSplits data)
    {
        if (loaded.Model.Graph.FreeInputs is not [{ Shape: { Length: > 0 } shape } input]) return;
        var wanted = shape[1..];
        var found = data.All.Shape;
        if (wanted.Length != found.Length || wanted.Zip(found).Any(p => p.First.Value is { } d && d != p.Second))
            throw new BadInputException($"an example of '{data.Name}' is {string.Join('x', found)}; the input '{input.Name}' of {loaded.Name} is {string.Join('x', wanted)}");
    }

    private static long? Outputs(Model model) => model.Graph.Outputs is [{ Shape: { Length: > 1 } shape }, ..] ? shape.Skip(1).Aggregate((long?)1, (a, d) => a * d.Value) : null;

    private static string ClassName(DataSplits data, int label) => label < data.All.Classes.Length ? data.All.Classes[label] : $"{label}";
}
