namespace Pare;

/// <summary>Files that appear whole or not at all: written beside their place, flushed to disk, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes <paramref name="path"/> through <paramref name="write"/>; an existing file is replaced only by a complete one, which keeps its permissions. A link
    /// is followed, and a device written to.
    /// </summary>
    /// <exception cref="BadInputException">The folder is missing or cannot be written, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var full = Target(path);
        if (IsDevice(full))
        {
            WriteTo(full, FileMode.Open, write, path);
            return;
        }
        var temporary = $"{full}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteTo(temporary, FileMode.CreateNew, write, path);
            Replace(temporary, full, path);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>Where a path leads in the end: a link's target, or the path itself, absolute.</summary>
    public static string Target(string path)
    {
        try
        {
            return new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : Path.GetFullPath(path);
        }
        catch (IOException)
        {
            // A link that leads nowhere in the end, such as to itself.
            return Path.GetFullPath(path);
        }
    }

    /// <summary>Whether a path is that of a device, such as <c>/dev/null</c>, which must not be replaced by a file.</summary>
    public static bool IsDevice(string path) => !OperatingSystem.IsWindows() && Path.GetDirectoryName(path) == "/dev" && File.Exists(path);

    private static void WriteTo(string file, FileMode mode, Action<Stream> write, string asked)
    {
        try
        {
            using var stream = new FileStream(file, mode, FileAccess.Write, FileShare.None, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: mode == FileMode.CreateNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot write '{asked}': {Reason(e, file, asked)}", e);
        }
    }

    private static void Replace(string file, string target, string asked)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(file, File.GetUnixFileMode(target));
            File.Move(file, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot write '{asked}': {Reason(e, file, asked)}", e);
        }
    }

    // The name of the file beside it means nothing to anybody.
    private static string Reason(Exception e, string file, string asked) => e is DirectoryNotFoundException ? "its folder does not exist" : e.Message.Replace(file, asked, StringComparison.Ordinal);

    /// <summary>Writes the bytes as one whole file.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>Writes the text as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));
}
