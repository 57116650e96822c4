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
        if (Directory.Exists(nameOrPath)) return OpenFolder(nameOrPath, NameOf(nameOrPath), options, decode);
        if (File.Exists(nameOrPath)) return OpenFile(nameOrPath, NameOf(nameOrPath), options, decode);
        throw new BadInputException($"data '{nameOrPath}' is not a path");
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static DataSplits OpenFolder(string folder, string name, DataOptions options, ImageDecoder decode)
    {
        if (Idx.IsIn(folder)) return Idx.Open(folder, name, options.Seed);
        foreach (var inner in new[] { "", "cifar-10-batches-bin", "cifar-100-binary" })
        {
            var path = Path.Combine(folder, inner);
            if (Directory.Exists(path) && Cifar.IsIn(path)) return Cifar.Open(path, name, options.Geometry.Channels, options.Seed);
        }
        return ImageFolder.Open(FileSet.FromFolder(folder), name, options, decode);
    }

    private static DataSplits OpenFile(string path, string name, DataOptions options, ImageDecoder decode) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".zip" => ImageFolder.Open(FileSet.FromZip(path), name, options, decode),
        var other => throw new BadInputException($"data '{path}': a '{other}' file is not read; give a folder, .zip, .npy or .npz"),
    };
}
