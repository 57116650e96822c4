using System.IO.Enumeration;

namespace Pare.Onnx;

/// <summary>Layers by pattern: * and ? stand for any characters of a layer's name, its weight's name or its operator type; = before a name stands for that name alone.</summary>
public sealed class LayerPatterns(IReadOnlyList<string> patterns)
{
    /// <summary>Layers that a message names.</summary>
    private const int MaxNamed = 20;
    private const char Exact = '=';

    public bool Fits(Layer layer) => patterns.Any(p => Fits(p, layer));

    /// <exception cref="BadInputException">A pattern fits no layer.</exception>
    public void CheckAllFit(IReadOnlyList<Layer> layers)
    {
        if (patterns.Except(Fitting(layers, patterns)).FirstOrDefault() is { } useless)
            throw new BadInputException($"pattern '{useless}' matches no layer; the layers are {string.Join(", ", layers.Take(MaxNamed).Select(l => l.Name))}{(layers.Count > MaxNamed ? ", ..." : "")}");
    }

    /// <summary>Names of the layers that one of the patterns fits.</summary>
    /// <exception cref="BadInputException">A pattern fits no layer.</exception>
    public static HashSet<string> Matching(IReadOnlyList<Layer> layers, IReadOnlyList<string> patterns)
    {
        var matching = new LayerPatterns(patterns);
        matching.CheckAllFit(layers);
        return [.. layers.Where(matching.Fits).Select(l => l.Name)];
    }

    /// <summary>The patterns that fit any of the layers.</summary>
    public static IReadOnlyList<string> Fitting(IReadOnlyList<Layer> layers, IReadOnlyList<string> patterns) => [.. patterns.Where(p => layers.Any(l => Fits(p, l)))];

    /// <summary>The pattern that fits the layers of this name alone, whatever stands in it.</summary>
    public static string Exactly(string name) => Exact + name;

    private static bool Fits(string pattern, Layer layer) => pattern.StartsWith(Exact) ? layer.Name == pattern[1..] : Matches(pattern, layer.Name) || Matches(pattern, layer.Weight) || Matches(pattern, layer.Node.OpType);

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
