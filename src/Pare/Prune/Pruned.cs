using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Prune;

/// <summary>The mark of a pruned model: its exact zeros in weights and codebooks are pinned, so that no later step brings a pruned weight back.</summary>
public static class Pruned
{
    // Metadata travels in the packed file, where every byte counts; presence says all.
    private const string Key = "pare.pruned";
    private const string Value = "1";

    public static bool IsMarked(Model model) => model.MetadataValue(Key) == Value;

    public static Model Mark(Model model) => IsMarked(model) ? model : model.WithMetadata(Key, Value);

    /// <summary>
    /// Names of the constants whose zeros must stay: weights of layers where they stand as numbers, codebooks where they are
    /// shared, both where they are shared in part. Empty where the model is not marked.
    /// </summary>
    public static IReadOnlySet<string> Pinned(Model model)
    {
        if (!IsMarked(model)) return ImmutableHashSet<string>.Empty;
        var index = new GraphIndex(model.Graph);
        return Layer.Of(index).SelectMany(layer => Constants(index, WeightForm.Behind(index, layer.Weight))).ToImmutableHashSet();
    }

    private static IEnumerable<string> Constants(GraphIndex index, string value)
    {
        if (PartlySharedWeight.Find(index, value) is { } partly) return [partly.Free.Name, partly.Shared.Codebook.Name];
        if (SharedWeight.Find(index, value) is { } shared) return [shared.Codebook.Name];
        return StoredWeights.Of(index, value) is { } stored ? [stored.Elements.Name] : [];
    }
}
