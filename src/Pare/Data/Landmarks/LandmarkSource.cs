using System.Collections.Immutable;
using Pare.Data.Synthetic;

namespace Pare.Data.Landmarks;

/// <summary>Opens marked faces by path or by name.</summary>
public static class LandmarkSource
{
    /// <summary>The names that <see cref="Open"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } = [Faces.Name];

    /// <summary>
    /// Opens a folder or zip with 300-W's <c>.pts</c> beside photos, a dlib <c>.xml</c> or a <c>.csv</c>, one of those two files alone, or a
    /// named set. A path wins over a name. Folders named train, validation and test are respected; else photos are divided by the seed, all
    /// faces of a photo together. Every photo is decoded once to be checked, and kept while <see cref="DataOptions.CacheBytes"/> lasts.
    /// </summary>
    /// <param name="nameOrPath">A path, or <c>faces</c>.</param>
    /// <param name="options">Seed of the division, memory, threads. The geometry plays no part.</param>
    /// <param name="decode">Decodes photos.</param>
    /// <exception cref="BadInputException">Nothing is there, or what is there is damaged.</exception>
    public static LandmarkSplits Open(string nameOrPath, DataOptions options, ImageDecoder decode)
    {
        if (!Path.Exists(nameOrPath))
        {
            return nameOrPath == Faces.Name
                ? Faces.Open(options.Seed, options.Threads)
                : throw new BadInputException($"landmarks '{nameOrPath}' are neither a path nor one of {string.Join(", ", Names)}");
        }
        try
        {
            var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(nameOrPath)));
            var (files, faces) = Directory.Exists(nameOrPath) ? OpenFolder(FileSet.FromFolder(nameOrPath)) : OpenFile(nameOrPath);
            return LandmarkAssembly.Join(files, faces, name, options, decode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"landmarks '{nameOrPath}' cannot be read: {e.Message}", e);
        }
    }

    private static (FileSet Files, List<(Annotation Face, Part Part)> Faces) OpenFolder(FileSet files) => (files, LandmarkFolder.Read(files));

    private static (FileSet Files, List<(Annotation Face, Part Part)> Faces) OpenFile(string path)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (extension == ".zip") return OpenFolder(FileSet.FromZip(path));
        if (extension is not (".xml" or ".csv")) throw new BadInputException($"landmarks '{path}': a '{extension}' file is not read; give a folder, .zip, .xml or .csv");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var table = FileSet.FromPaths(folder, [Path.GetFileName(path)]);
        List<(Annotation Face, Part Part)> faces = [.. LandmarkFolder.ReadTable(table.Read(0), path, table.Paths[0])];
        return (FileSet.FromPaths(folder, [.. faces.Select(f => f.Face.Photo).Distinct().Order(StringComparer.Ordinal).Where(p => File.Exists(Path.Combine(folder, p)))]), faces);
    }
}
