using System.IO.Enumeration;

namespace Pare.Prune;

/// <summary>Layers by name pattern.</summary>
internal static class LayerPatterns
{
    /// <summary>The names that one of the patterns fits; * stands for any characters and ? for one.</summary>
    /// <exception cref="BadInputException">A pattern fits none.</exception>
    public static HashSet<string> Matching(IReadOnlyList<string> names, IEnumerable<string> patterns)
    {
        var matching = new HashSet<string>();
        foreach (var pattern in patterns)
        {
            var found = names.Where(n => FileSystemName.MatchesSimpleExpression(pattern, n, ignoreCase: false)).ToList();
            if (found.Count == 0) throw new BadInputException($"pattern '{pattern}' matches no layer; the layers are {string.Join(", ", names)}");
            matching.UnionWith(found);
        }
        return matching;
    }
}
