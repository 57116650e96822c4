using System.Collections.Immutable;
using Pare.Data.Synthetic;

namespace Pare.Data;

/// <summary>Opens data by path or by name.</summary>
public static class DataSource
{
    /// <summary>
    /// Opens an IDX folder, a folder of CIFAR's binary files, a folder or zip of pictures, an <c>.npy</c> or <c>.npz</c> file, or one of the
    /// named sets. A path wins over a name.
    /// </summary>
    /// <param name="nameOrPath">A path, or <c>glyphs</c>, <c>mnist</c>, <c>fashion-mnist</c>, <c>cifar10</c>.</param>
    /// <param name="options">Geometry of pictures, seed of the split.</param>
    /// <param name="decode">Decodes picture files.</param>
    /// <exception cref="BadInputException">Nothing is there, or what is there is damaged.</exception>
    public static DataSplits Open(string nameOrPath, DataOptions options, ImageDecoder decode)
    {
        if (Path.Exists(nameOrPath)) return OpenPath(nameOrPath, NameOf(nameOrPath), options, decode);
        if (nameOrPath == Glyphs.Name) return Glyphs.Draw(options.Seed, options.Threads);
        if (NamedSet.All.FirstOrDefault(s => s.Name == nameOrPath) is { } set) return OpenPath(Library.OfUser().Locate(set), set.Name, options, decode);
        throw new BadInputException($"data '{nameOrPath}' is neither a path nor one of {string.Join(", ", Names)}");
    }

    /// <summary>The names that <see cref="Open"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } = [Glyphs.Name, .. NamedSet.All.Select(set => set.Name)];

    private static DataSplits OpenPath(string path, string name, DataOptions options, ImageDecoder decode)
    {
        try
        {
            return Directory.Exists(path) ? OpenFolder(path, name, options, decode) : OpenFile(path, name, options, decode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"data '{path}' cannot be read: {e.Message}", e);
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static DataSplits OpenFolder(string folder, string name, DataOptions options, ImageDecoder decode)
    {
        if (Idx.IsIn(folder)) return Idx.Open(folder, name, options);
        foreach (var inner in new[] { "", "cifar-10-batches-bin", "cifar-100-binary" })
        {
            var path = Path.Combine(folder, inner);
            if (Directory.Exists(path) && Cifar.IsIn(path)) return Cifar.Open(path, name, options);
        }
        return ImageFolder.Open(FileSet.FromFolder(folder), name, options, decode);
    }

    private static DataSplits OpenFile(string path, string name, DataOptions options, ImageDecoder decode) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".zip" => ImageFolder.Open(FileSet.FromZip(path), name, options, decode),
        ".npy" => NpyData.OpenNpy(path, name, options),
        ".npz" => NpyData.OpenNpz(path, name, options),
        var other => throw new BadInputException($"data '{path}': a '{other}' file is not read; give a folder, .zip, .npy or .npz"),
    };
}
