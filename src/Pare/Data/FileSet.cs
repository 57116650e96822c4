using System.Collections.Immutable;
using System.IO.Compression;

namespace Pare.Data;

/// <summary>
/// The files of a folder or a zip by their relative paths, which use '/' and come in ordinal order. Reading is safe from several threads at once.
/// Entries are only ever read: no path from a zip reaches the file system.
/// </summary>
internal sealed record FileSet(string Root, ImmutableArray<string> Paths, Func<int, byte[]> Read)
{
    /// <summary>Largest single file that is read.</summary>
    public const int MaxFileBytes = 1 << 28;

    /// <summary>Folders within folders that are searched: an end for links that lead back.</summary>
    private const int MaxDepth = 8;

    /// <summary>A file's name for messages.</summary>
    public string NameOf(int index) => $"{Root}/{Paths[index]}";

    public static FileSet FromFolder(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        var paths = Directory.EnumerateFiles(folder, "*", options)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(IsVisible).Order(StringComparer.Ordinal).ToImmutableArray();
        return FromPaths(folder, paths);
    }

    /// <summary>Files of a folder that the caller names, and no others.</summary>
    public static FileSet FromPaths(string folder, ImmutableArray<string> paths) => new(folder, paths, index =>
    {
        var path = Path.Combine(folder, paths[index]);
        using var stream = DataFile.Open(path);
        return ReadAll(stream, stream.Length, path, MaxFileBytes);
    });

    /// <param name="path">The zip.</param>
    /// <param name="maxFileBytes">Largest entry that is read.</param>
    /// <exception cref="BadInputException">The file is no zip.</exception>
    public static FileSet FromZip(string path, int maxFileBytes = MaxFileBytes)
    {
        ImmutableArray<(string Path, ZipArchiveEntry Entry)> entries;
        try
        {
            var archive = new ZipArchive(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16));
            // Some programs on Windows write backslashes.
            entries = [.. archive.Entries.Select(e => (Path: e.FullName.Replace('\\', '/'), Entry: e)).Where(e => !e.Path.EndsWith('/') && IsVisible(e.Path)).OrderBy(e => e.Path, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"'{path}' cannot be read as a zip: {e.Message}", e);
        }
        for (var i = 1; i < entries.Length; i++)
            if (entries[i].Path == entries[i - 1].Path) throw new BadInputException($"'{path}' holds '{entries[i].Path}' twice; each name is allowed once");
        // One handle and one lock: unpacking is a small part of decoding, and a handle a thread would read the directory again.
        var gate = new Lock();
        return new FileSet(path, [.. entries.Select(e => e.Path)], index =>
        {
            lock (gate) return ReadEntry(entries[index].Entry, $"{path}/{entries[index].Path}", maxFileBytes);
        });
    }

    private static byte[] ReadEntry(ZipArchiveEntry entry, string name, int maxBytes)
    {
        try
        {
            using var stream = entry.Open();
            return ReadAll(stream, entry.Length, name, maxBytes);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new BadInputException($"'{name}' cannot be unpacked: {e.Message}", e);
        }
    }

    private static byte[] ReadAll(Stream stream, long length, string name, int maxBytes) => length <= maxBytes
        ? DataFile.ReadRest(stream, (int)length, name)
        : throw new BadInputException($"'{name}' has {length} bytes, at most {maxBytes} are allowed");

    private static bool IsVisible(string path) => !path.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX");
}
