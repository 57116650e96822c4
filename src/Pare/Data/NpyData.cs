using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>
/// NumPy files: an <c>.npy</c> of examples without labels, or an <c>.npz</c> of examples and labels under one of the usual pairs of names,
/// perhaps with a second pair for the test part.
/// </summary>
internal static class NpyData
{
    private static readonly (string Examples, string Labels)[] Pairs = [("x", "y"), ("data", "labels"), ("images", "labels"), ("x_train", "y_train"), ("train_images", "train_labels")];
    private static readonly (string Examples, string Labels)[] TestPairs = [("x_test", "y_test"), ("test_images", "test_labels")];

    private sealed record Examples(string Name, NpyArray Values, int[]? Labels, ImmutableArray<int> Shape, bool IsInterleaved)
    {
        public int Count => Values.Header.Shape[0];

        public byte[] Bytes() => InPlanes(Values.Bytes);

        public float[] Floats()
        {
            var values = Values.ToFloats();
            var other = Array.FindIndex(values, v => !float.IsFinite(v));
            return other < 0 ? InPlanes(values) : throw new BadInputException($"'{Name}' holds {values[other]} at {other}; finite numbers are needed");
        }

        private T[] InPlanes<T>(T[] values) => IsInterleaved ? Planes(values, Shape[1], Shape[2], Shape[0]) : values;
    }

    /// <exception cref="BadInputException">The file is damaged or holds no examples.</exception>
    public static DataSplits OpenNpy(string path, string name, DataOptions options)
    {
        using var stream = DataFile.Open(path);
        return Divide([Pair(NpyArray.Read(stream, path), null, path)], name, options);
    }

    /// <exception cref="BadInputException">The file is damaged, or none of the known names is there.</exception>
    public static DataSplits OpenNpz(string path, string name, DataOptions options)
    {
        var files = FileSet.FromZip(path, Array.MaxLength);
        var train = Find(files, Pairs) ?? throw new BadInputException($"'{path}' has {string.Join(", ", files.Paths)}; examples and labels are looked for as {string.Join(", ", Pairs.Select(p => $"{p.Examples}/{p.Labels}"))}");
        return Divide(Find(files, TestPairs) is { } test ? [train, test] : [train], name, options);
    }

    private static Examples? Find(FileSet files, (string Examples, string Labels)[] pairs)
    {
        foreach (var (examples, labels) in pairs)
        {
            if (IndexOf(examples) is var x and >= 0) return Pair(Array(x), IndexOf(labels) is var y and >= 0 ? Array(y) : null, files.NameOf(x));
        }
        return null;

        int IndexOf(string key) => files.Paths.IndexOf($"{key}.npy");

        NpyArray Array(int index) => NpyArray.Read(new MemoryStream(files.Read(index)), files.NameOf(index));
    }

    private static Examples Pair(NpyArray values, NpyArray? labels, string name)
    {
        if (labels is not null && labels.Header.Shape[0] != values.Header.Shape[0]) throw new BadInputException($"'{name}' has {values.Header.Shape[0]} examples, but there are {labels.Header.Shape[0]} labels");
        var shape = values.Header.Shape;
        var isInterleaved = shape.Length == 4 && shape[3] is 1 or 3 && shape[1] is not (1 or 3);
        return new Examples(name, values, labels?.ToLabels(name), isInterleaved ? [shape[3], shape[1], shape[2]] : ExampleShape(shape), isInterleaved);
    }

    /// <summary>A picture without channels gets one.</summary>
    private static ImmutableArray<int> ExampleShape(ImmutableArray<int> shape) => shape.Length switch
    {
        1 => [1],
        3 => [1, shape[1], shape[2]],
        _ => shape[1..],
    };

    /// <summary>Pixels whose channels lie side by side (how most tools store pictures) to channel by channel.</summary>
    private static T[] Planes<T>(T[] pixels, int height, int width, int channels)
    {
        var planes = new T[pixels.Length];
        var plane = height * width;
        for (var at = 0; at < pixels.Length; at++)
        {
            var (example, rest) = Math.DivRem(at, plane * channels);
            var (pixel, channel) = Math.DivRem(rest, channels);
            planes[(((example * channels) + channel) * plane) + pixel] = pixels[at];
        }
        return planes;
    }

    private static T[] Joined<T>(ImmutableArray<Examples> parts, Func<Examples, T[]> valuesOf) =>
        parts.Length == 1 ? valuesOf(parts[0]) : [.. valuesOf(parts[0]), .. valuesOf(parts[1])];

    private static DataSplits Divide(ImmutableArray<Examples> parts, string name, DataOptions options)
    {
        var shape = parts[0].Shape;
        if (parts.Any(p => !p.Shape.SequenceEqual(shape))) throw new BadInputException($"data '{name}': test examples are {string.Join('x', parts[^1].Shape)}, training examples {string.Join('x', shape)}");
        var hasLabels = parts.All(p => p.Labels is not null);
        int[] labels = [.. parts.SelectMany(p => hasLabels ? p.Labels! : Enumerable.Repeat(-1, p.Count))];
        var classes = hasLabels ? ClassNames.UpTo(labels) : [];
        var trainCount = parts[0].Count;
        IDataset all = parts.All(p => p.Values.IsBytes)
            ? DatasetFitting.Fit(new ByteDataset(Joined(parts, p => p.Bytes()), labels, shape, classes), name, options)
            : new FloatDataset(Joined(parts, p => p.Floats()), labels, shape, classes);
        return Splitting.Divide(name, all, i => parts.Length == 1 ? Part.Any : i < trainCount ? Part.Train : Part.Test, options.Seed);
    }
}
