using Pare.Data;
using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>
/// A note in a model's metadata of the data Pare trained it on. It tells a later run that the validation part of that data
/// was held out, so that its score there can be believed.
/// </summary>
public static class TrainedOn
{
    private const string Key = "pare.data";

    public static Model Mark(Model model, DataSplits data) => model.WithMetadata(Key, Describe(data));

    public static bool Matches(Model model, DataSplits data) => model.MetadataValue(Key) is { } note && note == Describe(data);

    /// <summary>Whether the model was trained on data of that name, however they were divided.</summary>
    public static bool Names(Model model, string data) => model.MetadataValue(Key)?.StartsWith($"{data} ", StringComparison.Ordinal) == true;

    // Parts are divided by the seed: another division would choose and judge by what this one trained on.
    private static string Describe(DataSplits data) => $"{data.Name} {data.Train.Count} {ExampleDigest.Of(data.Validation)[..8]}";
}
