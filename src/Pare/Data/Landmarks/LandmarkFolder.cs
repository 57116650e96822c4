using System.Collections.Immutable;

namespace Pare.Data.Landmarks;

/// <summary>
/// The annotations of a folder or zip: a <c>.pts</c> beside each photo, else one dlib <c>.xml</c> or one <c>.csv</c>, or several of a kind
/// whose names or folders say train, validation or test.
/// </summary>
internal static class LandmarkFolder
{
    private const int MaxTableBytes = 1 << 27;

    /// <summary>Reads every annotation with the part it belongs to.</summary>
    /// <exception cref="BadInputException">Nothing to read, more than one thing to read, or something damaged.</exception>
    public static List<(Annotation Face, Part Part)> Read(FileSet files)
    {
        var (pts, tables) = (Indices(files, ".pts"), Indices(files, ".xml").Concat(Indices(files, ".csv")).ToList());
        if (pts.Count > Annotation.MaxFaces) throw new BadInputException($"'{files.Root}' has {pts.Count} .pts files, at most {Annotation.MaxFaces} are allowed");
        if (pts.Count > 0) return ReadPts(files, pts);
        if (tables.Count == 0) throw new BadInputException($"'{files.Root}' holds no landmarks: needed are .pts files beside photos, a dlib .xml, or a .csv");
        if (tables.Count > 1 && (tables.Exists(i => PartOf(files.Paths[i]) == Part.Any) || tables.Select(i => Path.GetExtension(files.Paths[i])).Distinct().Count() > 1))
            throw new BadInputException($"'{files.Root}' holds {tables.Count} tables ('{files.Paths[tables[0]]}', '{files.Paths[tables[1]]}', ...); name one of them, or let each name say train or test");
        return [.. tables.SelectMany(i => ReadTable(files.Read(i), files.NameOf(i), files.Paths[i]))];
    }

    /// <summary>Reads a dlib file or a table.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="name">The name for messages.</param>
    /// <param name="path">Its path within the set.</param>
    public static IEnumerable<(Annotation Face, Part Part)> ReadTable(byte[] file, string name, string path)
    {
        if (file.Length > MaxTableBytes) throw new BadInputException($"'{name}' has {file.Length} bytes, at most {MaxTableBytes} are allowed");
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var faces = HasExtension(path, ".xml") ? DlibXml.Parse(file, name, folder) : LandmarkCsv.Parse(file, name, folder);
        return faces.Select(face => (face, PartOf(path) is var part && part != Part.Any ? part : PartOf(face.Photo)));
    }

    private static List<(Annotation Face, Part Part)> ReadPts(FileSet files, List<int> pts)
    {
        var photos = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in files.Paths)
        {
            if (ImageFolder.IsPicture(path)) photos.TryAdd(Path.ChangeExtension(path, null), path);
        }
        return pts.ConvertAll(i =>
        {
            var name = files.NameOf(i);
            if (!photos.TryGetValue(Path.ChangeExtension(files.Paths[i], null), out var photo))
                throw new BadInputException($"'{name}' has no photo of the same name beside it ({string.Join(", ", ImageFolder.Extensions)})");
            return (new Annotation(photo, PtsFile.Parse(files.Read(i), name), null, $"'{name}'"), PartOf(photo));
        });
    }

    /// <summary>The part that a folder of the path, or a word of the file's name, says; "trainset" counts as "train".</summary>
    private static Part PartOf(string path)
    {
        var parts = path.Split('/');
        var words = HasExtension(path, ".xml") || HasExtension(path, ".csv") ? Path.GetFileNameWithoutExtension(path).Split('_', '-', '.', ' ') : [];
        return parts.SkipLast(1).Concat(words).Select(word => ImageFolder.PartOf(word.Replace("set", ""))).FirstOrDefault(part => part != Part.Any);
    }

    private static List<int> Indices(FileSet files, string extension) =>
        [.. Enumerable.Range(0, files.Paths.Length).Where(i => HasExtension(files.Paths[i], extension))];

    private static bool HasExtension(string path, string extension) => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
