using System.IO.Enumeration;

namespace Pare.Onnx;

/// <summary>Layers by pattern: * and ? stand for any characters of a layer's name, its weight's name or its operator type.</summary>
internal sealed class LayerPatterns(IReadOnlyList<string> patterns)
{
    public bool Fits(Layer layer) => patterns.Any(p => Fits(p, layer));

    /// <exception cref="BadInputException">A pattern fits no layer.</exception>
    public void CheckAllFit(IReadOnlyList<Layer> layers)
    {
        if (patterns.FirstOrDefault(p => !layers.Any(l => Fits(p, l))) is { } useless)
            throw new BadInputException($"pattern '{useless}' fits none of the {layers.Count} layers{(layers.Count > 0 ? $" ('{layers[0].Name}' is the first)" : "")}");
    }

    private static bool Fits(string pattern, Layer layer) => Matches(pattern, layer.Name) || Matches(pattern, layer.Weight) || Matches(pattern, layer.Node.OpType);

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
