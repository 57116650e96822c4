using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>
/// A folder or zip of pictures: a folder a class, perhaps below <c>train</c>, <c>validation</c> (or <c>val</c>) and <c>test</c>.
/// <c>classes.txt</c> fixes the order of the classes, else it is alphabetical. Pictures without any folder have no label.
/// </summary>
internal static class ImageFolder
{
    private const string ClassList = "classes.txt";

    internal static ImmutableArray<string> Extensions { get; } = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

    /// <param name="Index">The file's place in the set.</param>
    /// <param name="Part">The part its first folder names.</param>
    /// <param name="Class">Its folder's name, or null.</param>
    private sealed record Entry(int Index, Part Part, string? Class);

    /// <exception cref="BadInputException">No pictures, a class that <c>classes.txt</c> lacks, a broken picture, or pictures of different sizes.</exception>
    public static DataSplits Open(FileSet files, string name, DataOptions options, ImageDecoder decode)
    {
        var listed = Array.FindAll([.. files.Paths], path => path == ClassList || path.EndsWith('/' + ClassList)).MinBy(path => path.Count(c => c == '/'));
        var entries = Classify(files);
        if (entries.Count == 0) throw new BadInputException($"'{files.Root}' holds no pictures ({string.Join(", ", Extensions)})");
        var classes = listed is null
            ? [.. entries.Select(e => e.Class).OfType<string>().Distinct().Order(StringComparer.Ordinal)]
            : ClassNames.Parse(System.Text.Encoding.UTF8.GetString(files.Read(files.Paths.IndexOf(listed))), $"{files.Root}/{listed}");
        var labels = Labels(files, entries, classes);
        var all = PictureSet.Open(files, [.. entries.Select(e => e.Index)], labels, classes, options, decode);
        return Splitting.Divide(name, all, i => entries[i].Part, options.Seed);
    }

    private static List<Entry> Classify(FileSet files)
    {
        var pictures = Enumerable.Range(0, files.Paths.Length).Where(i => IsPicture(files.Paths[i])).Select(i => (Index: i, Parts: files.Paths[i].Split('/'))).ToList();
        var skip = CommonFolders([.. pictures.Select(p => p.Parts)]);
        Part FirstPart(string[] parts) => parts.Length > skip + 1 ? PartOf(parts[skip]) : Part.Any;
        var parts = pictures.Select(p => FirstPart(p.Parts)).ToHashSet();
        var hasParts = parts.Contains(Part.Train) && !parts.Contains(Part.Any);
        if (parts.Contains(Part.Train) && parts.Count > 2 && pictures.Find(p => FirstPart(p.Parts) == Part.Any) is { Parts: { } odd })
            throw new BadInputException($"'{files.Root}/{string.Join('/', odd)}' stands beside the parts that the data is divided into; with train, validation and test every picture has to be in one of them");
        return pictures.ConvertAll(p =>
        {
            var folders = p.Parts.AsSpan(skip + (hasParts ? 1 : 0))[..^1];
            return new Entry(p.Index, hasParts ? PartOf(p.Parts[skip]) : Part.Any, folders.IsEmpty ? null : folders[0]);
        });
    }

    /// <summary>Number of outer folders that hold everything and are no class: a zip often starts with one.</summary>
    private static int CommonFolders(List<string[]> paths)
    {
        var depth = 0;
        while (paths.Count > 0 && paths.TrueForAll(p => p.Length > depth + 2 && p[depth] == paths[0][depth])) depth++;
        return depth;
    }

    private static int[] Labels(FileSet files, List<Entry> entries, ImmutableArray<string> classes)
    {
        var order = classes.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        var labelled = entries.Exists(e => e.Class is not null);
        return [.. entries.Select(Label)];

        int Label(Entry entry)
        {
            if (entry.Class is null) return labelled ? throw new BadInputException($"'{files.NameOf(entry.Index)}' stands beside class folders; every picture needs one, or none has") : -1;
            return order.TryGetValue(entry.Class, out var label) ? label : throw new BadInputException($"'{files.NameOf(entry.Index)}': class '{entry.Class}' is not in {ClassList}");
        }
    }

    internal static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    internal static Part PartOf(string folder) => folder.ToLowerInvariant() switch
    {
        "train" or "training" => Part.Train,
        "val" or "valid" or "validation" => Part.Validation,
        "test" => Part.Test,
        _ => Part.Any,
    };
}
