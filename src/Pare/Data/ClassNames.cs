using System.Collections.Immutable;

namespace Pare.Data;

internal static class ClassNames
{
    /// <summary>Longest list of classes that Pare reads.</summary>
    public const int MaxClasses = 1 << 20;

    /// <summary>The numbers 0 to the largest label as names; none where no example has a label.</summary>
    public static ImmutableArray<string> UpTo(int[] labels) =>
        labels.Length == 0 ? [] : [.. Enumerable.Range(0, labels.Max() + 1).Select(i => i.ToString())];

    /// <summary>One name a line; blank lines at the end are ignored.</summary>
    /// <exception cref="BadInputException">A blank line in between, or a name that stands there twice.</exception>
    public static ImmutableArray<string> Parse(string text, string file)
    {
        var lines = text.TrimStart('\uFEFF').TrimEnd().Split('\n').Select(line => line.Trim()).ToImmutableArray();
        if (lines.Length > MaxClasses) throw new BadInputException($"'{file}' has {lines.Length} lines, at most {MaxClasses} classes are allowed");
        var seen = new HashSet<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) throw new BadInputException($"'{file}' line {i + 1} is blank; every line names a class");
            if (!seen.Add(lines[i])) throw new BadInputException($"'{file}' line {i + 1} names '{lines[i]}' for the second time");
        }
        return lines;
    }
}
