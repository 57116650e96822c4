using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>Networks by name, as graphs with seeded starting weights.</summary>
public static class ModelZoo
{
    private static readonly ImmutableArray<(string Name, Func<ZooOptions, Model> Build)> Networks =
    [
        ("lenet-300-100", LeNet.LeNet300),
        ("lenet5", LeNet.LeNet5),
        ("alexnet", AlexNet.Build),
        ("squeezenet1.0", SqueezeNet.V10),
        ("squeezenet1.1", SqueezeNet.V11),
    ];

    /// <summary>All names, in the order of their papers.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Networks.Select(n => n.Name)];

    /// <summary>True where <see cref="Build"/> knows the name.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>
    /// A network as its paper gives it: input <c>input</c> [batch, channels, height, width], output <c>scores</c> [batch, classes]
    /// without softmax.
    /// </summary>
    /// <exception cref="BadInputException">No network has this name, or the input shape or the number of classes does not suit it.</exception>
    public static Model Build(string name, ZooOptions? options = null)
    {
        foreach (var network in Networks)
            if (network.Name == name) return network.Build(Checked(options ?? new()));
        var close = Names.Where(n => IsClose(n, name)).ToList();
        throw new BadInputException(close.Count > 0
            ? $"the zoo has no network '{name}'; did you mean {string.Join(" or ", close)}?"
            : $"the zoo has no network '{name}'; it has {string.Join(", ", Names)}");
    }

    /// <summary>The input that the options ask for, else the paper's.</summary>
    internal static Features Input(this GraphBuilder net, ZooOptions options, int channels, int height, int width) =>
        options.InputShape is [var c, var h, var w] ? net.Input(c, h, w) : net.Input(channels, height, width);

    private static ZooOptions Checked(ZooOptions options)
    {
        if (options.InputShape is { Count: not 3 } shape)
            throw new BadInputException($"input shape {string.Join('x', shape)}; three numbers are needed: channels, height, width");
        if (options.Classes < 1) throw new BadInputException($"{options.Classes} classes; at least 1 is needed");
        return options;
    }

    private static bool IsClose(string known, string name) =>
        name.Length >= 3 && (known.Contains(name, StringComparison.OrdinalIgnoreCase) || Distance(known, name.ToLowerInvariant()) <= 3);

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
