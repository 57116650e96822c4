namespace Pare.Onnx;

/// <summary>Paths with every link on the way followed.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>The path after following links in all its parts; parts that do not exist stay as they are.</summary>
    /// <exception cref="BadInputException">The links lead round in a circle.</exception>
    public static string Of(string path)
    {
        var links = 0;
        var pending = new Stack<string>();
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        Push(pending, full[real.Length..]);
        while (pending.TryPop(out var part))
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }
            if (++links > MaxLinks) throw new BadInputException($"'{path}' leads through more than {MaxLinks} links");
            var followed = Path.GetFullPath(target, real);
            real = Path.GetPathRoot(followed)!;
            Push(pending, followed[real.Length..]);
        }
        return real;
    }

    /// <summary>True where the real place of <paramref name="path"/> is inside the real place of <paramref name="folder"/>.</summary>
    public static bool IsInside(string folder, string path)
    {
        var root = Path.TrimEndingDirectorySeparator(Of(folder)) + Path.DirectorySeparatorChar;
        return Of(path).StartsWith(root, StringComparison.Ordinal);
    }

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var part in path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse())
            pending.Push(part);
    }
}
