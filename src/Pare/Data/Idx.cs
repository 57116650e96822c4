using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>
/// The IDX format of MNIST: a big-endian magic number (0, 0, type, dimensions), one 32-bit length a dimension, then the values.
/// Pare reads unsigned bytes (type 8), plain or gzipped.
/// </summary>
internal static class Idx
{
    private const int UnsignedByte = 8;
    private const int MaxDimensions = 4;

    /// <summary>True where a folder holds IDX training pictures.</summary>
    public static bool IsIn(string folder) => Find(folder, "train-images", 3) is not null;

    /// <summary>Reads <c>train-images</c>, <c>train-labels</c> and, where they are there, <c>t10k-</c> or <c>test-</c> of both.</summary>
    /// <exception cref="BadInputException">A file is missing, damaged, or does not fit its partner.</exception>
    public static DataSplits Open(string folder, string name, DataOptions options)
    {
        var train = Pair(folder, "train")!;
        var test = Pair(folder, "t10k") ?? Pair(folder, "test");
        if (test is not null && !test.Shape.SequenceEqual(train.Shape))
            throw new BadInputException($"'{folder}': test pictures are {string.Join('x', test.Shape)}, training pictures {string.Join('x', train.Shape)}");
        var labels = test is null ? train.Labels : [.. train.Labels, .. test.Labels];
        byte[] pixels = test is null ? train.Pixels : [.. train.Pixels, .. test.Pixels];
        var all = DatasetFitting.Fit(new ByteDataset(pixels, labels, train.Shape, ClassNames.UpTo(labels)), name, options);
        return Splitting.Divide(name, all, i => test is null ? Part.Any : i < train.Labels.Length ? Part.Train : Part.Test, options.Seed);
    }

    private sealed record Examples(byte[] Pixels, int[] Labels, ImmutableArray<int> Shape);

    private static Examples? Pair(string folder, string prefix)
    {
        if (Find(folder, $"{prefix}-images", 3) is not { } imagesPath) return null;
        var labelsPath = Find(folder, $"{prefix}-labels", 1) ?? throw new BadInputException($"'{folder}' has {Path.GetFileName(imagesPath)} but no {prefix}-labels-idx1-ubyte");
        var (dimensions, pixels) = Read(imagesPath);
        var (labelDimensions, labels) = Read(labelsPath);
        if (dimensions.Length is not (3 or 4)) throw new BadInputException($"'{imagesPath}' has {dimensions.Length} dimensions, pictures need 3 or 4");
        if (labelDimensions.Length != 1) throw new BadInputException($"'{labelsPath}' has {labelDimensions.Length} dimensions, labels need 1");
        if (dimensions[0] != labelDimensions[0]) throw new BadInputException($"'{labelsPath}' has {labelDimensions[0]} labels for {dimensions[0]} pictures");
        ImmutableArray<int> shape = dimensions.Length == 3 ? [1, .. dimensions.AsSpan(1)] : [.. dimensions.AsSpan(1)];
        return new Examples(pixels, [.. labels.Select(b => (int)b)], shape);
    }

    /// <summary>A file's dimensions and values.</summary>
    /// <exception cref="BadInputException">The header is not IDX, or the length is not what it says.</exception>
    internal static (int[] Dimensions, byte[] Values) Read(string path)
    {
        using var stream = DataFile.Open(path);
        Span<byte> word = stackalloc byte[4];
        DataFile.ReadExactly(stream, word, path);
        if (word[0] != 0 || word[1] != 0) throw new BadInputException($"'{path}' is not an IDX file: it starts with {Convert.ToHexString(word)}");
        if (word[2] != UnsignedByte) throw new BadInputException($"'{path}' holds IDX type 0x{word[2]:X2}, only unsigned bytes (0x08) are read");
        if (word[3] is 0 or > MaxDimensions) throw new BadInputException($"'{path}' has {word[3]} dimensions, allowed are 1 to {MaxDimensions}");
        var dimensions = new int[word[3]];
        long count = 1;
        for (var i = 0; i < dimensions.Length; i++)
        {
            DataFile.ReadExactly(stream, word, path);
            var length = BinaryPrimitives.ReadUInt32BigEndian(word);
            count = length == 0 || length > Array.MaxLength ? long.MaxValue : count * length;
            if (count > Array.MaxLength) throw new BadInputException($"'{path}': dimension {i} is {length}; every one must be at least 1, and all together at most {Array.MaxLength} values");
            dimensions[i] = (int)length;
        }
        return (dimensions, DataFile.ReadRest(stream, (int)count, path));
    }

    /// <summary>Accepts <c>train-images-idx3-ubyte</c> and <c>train-images.idx3-ubyte</c>, also behind a prefix and gzipped.</summary>
    private static string? Find(string folder, string stem, int dimensions) =>
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).FirstOrDefault(path =>
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(".gz")) name = name[..^3];
            return name.EndsWith($"{stem}-idx{dimensions}-ubyte") || name.EndsWith($"{stem}.idx{dimensions}-ubyte");
        });
}
