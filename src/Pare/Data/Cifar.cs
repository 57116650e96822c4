using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>
/// CIFAR's binary files: a record is one label byte (CIFAR-100: a coarse and a fine one), then 32x32 bytes of red, of green, of blue.
/// </summary>
internal static class Cifar
{
    private const int Side = 32;
    private const int PixelBytes = 3 * Side * Side;

    private sealed record Variant(int LabelBytes, int Classes, string[] Train, string Test, string Names);

    private static readonly Variant Ten = new(1, 10, ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"], "test_batch.bin", "batches.meta.txt");
    private static readonly Variant Hundred = new(2, 100, ["train.bin"], "test.bin", "fine_label_names.txt");

    /// <summary>True where a folder holds CIFAR training records.</summary>
    public static bool IsIn(string folder) => VariantOf(folder) is not null;

    /// <exception cref="BadInputException">A file is cut off or a label is out of range.</exception>
    public static DataSplits Open(string folder, string name, DataOptions options)
    {
        var variant = VariantOf(folder)!;
        var train = variant.Train.Select(file => Path.Combine(folder, file)).Where(File.Exists).ToList();
        var test = Path.Combine(folder, variant.Test);
        var files = File.Exists(test) ? [.. train, test] : train;
        var counts = files.Select(file => CountRecords(file, variant)).ToList();
        var total = counts.Sum();
        if (total > Array.MaxLength / PixelBytes) throw new BadInputException($"'{folder}' holds {total} records, at most {Array.MaxLength / PixelBytes} fit");
        var (pixels, labels) = (new byte[total * PixelBytes], new int[total]);
        var at = 0;
        for (var f = 0; f < files.Count; at += (int)counts[f++]) ReadFile(files[f], variant, pixels, labels, at, (int)counts[f]);
        var all = DatasetFitting.Fit(new ByteDataset(pixels, labels, [3, Side, Side], Names(folder, variant)), name, options);
        var trainCount = files.Count > train.Count ? total - counts[^1] : -1;
        return Splitting.Divide(name, all, i => trainCount < 0 ? Part.Any : i < trainCount ? Part.Train : Part.Test, options.Seed);
    }

    private static Variant? VariantOf(string folder) =>
        new[] { Ten, Hundred }.FirstOrDefault(v => v.Train.Any(file => File.Exists(Path.Combine(folder, file))));

    private static long CountRecords(string file, Variant variant)
    {
        var (length, record) = (new FileInfo(file).Length, variant.LabelBytes + PixelBytes);
        if (length == 0 || length % record != 0) throw new BadInputException($"'{file}' has {length} bytes, not a multiple of the {record} of a record");
        return length / record;
    }

    private static void ReadFile(string file, Variant variant, byte[] pixels, int[] labels, int first, int count)
    {
        using var stream = DataFile.Open(file);
        Span<byte> label = stackalloc byte[variant.LabelBytes];
        for (var i = first; i < first + count; i++)
        {
            DataFile.ReadExactly(stream, label, file);
            labels[i] = label[^1];
            if (labels[i] >= variant.Classes) throw new BadInputException($"'{file}' record {i - first} has label {labels[i]}, allowed are 0 to {variant.Classes - 1}");
            DataFile.ReadExactly(stream, pixels.AsSpan(i * PixelBytes, PixelBytes), file);
        }
    }

    private static ImmutableArray<string> Names(string folder, Variant variant)
    {
        var path = Path.Combine(folder, variant.Names);
        if (!File.Exists(path)) return [.. Enumerable.Range(0, variant.Classes).Select(i => i.ToString())];
        var names = ClassNames.Parse(File.ReadAllText(path), path);
        return names.Length == variant.Classes ? names : throw new BadInputException($"'{path}' names {names.Length} classes, not {variant.Classes}");
    }
}
