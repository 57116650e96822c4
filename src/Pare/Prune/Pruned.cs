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
    /// shared. Empty where the model is not marked.
    /// </summary>
    public static IReadOnlySet<string> Pinned(Model model)
    {
        if (!IsMarked(model)) return ImmutableHashSet<string>.Empty;
        var index = new GraphIndex(model.Graph);
        return Layer.Of(index)
            .Select(layer => StoredWeights.Of(index, StoredWeights.Behind(index, layer.Weight)))
            .OfType<IStoredWeights>()
            .Select(w => w is SharedWeights shared ? shared.Codebook.Name : w.Elements.Name)
            .ToImmutableHashSet();
    }
}
