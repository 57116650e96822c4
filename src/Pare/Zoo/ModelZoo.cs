using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>A network of the zoo.</summary>
/// <param name="Name">As users type it.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Top1">Published top-1 accuracy in percent, on the paper's data; null where none is published.</param>
/// <param name="Build">Makes the graph.</param>
public sealed record ZooNetwork(string Name, string Paper, double? Top1, Func<ZooOptions, Model> Build);

/// <summary>Networks by name, as graphs with seeded starting weights.</summary>
public static class ModelZoo
{
    /// <summary>All networks, in the order of their papers; accuracies are the papers' own, from their tables.</summary>
    public static ImmutableArray<ZooNetwork> Networks { get; } =
    [
        new("lenet-300-100", "LeCun 1998", 98.36, LeNet.LeNet300),
        new("lenet5", "LeCun 1998", 99.20, LeNet.LeNet5),
        new("alexnet", "Krizhevsky 2012", 57.2, AlexNet.Grouped),
        new("alexnet-ungrouped", "Krizhevsky 2014", 56.5, AlexNet.Ungrouped),
        new("vgg16", "Simonyan 2015", 68.5, VggNet.Build16),
        new("resnet20", "He 2016", 91.25, options => ResNet.Cifar(options, 3)),
        new("resnet56", "He 2016", 93.03, options => ResNet.Cifar(options, 9)),
        new("squeezenet1.0", "Iandola 2016", 57.5, options => SqueezeNet.V10(options, bypass: false)),
        new("squeezenet1.0-bypass", "Iandola 2016", 60.4, options => SqueezeNet.V10(options, bypass: true)),
        new("squeezenet1.1", "Iandola 2016", null, options => SqueezeNet.V11(options, bypass: false)),
        new("squeezenet1.1-bypass", "Iandola 2016", null, options => SqueezeNet.V11(options, bypass: true)),
        new("mobilenet", "Howard 2017", 70.6, MobileNet.V1),
        new("compact-mnet", "reconstruction", null, MobileNet.Compact),
        ..ShuffleNets(shuffle: true, "", [66.4, 67.3, 67.4, 67.2, 67.6]),
        ..ShuffleNets(shuffle: false, "-noshuffle", [null, null, 65.5, null, 62.4]),
        new("mobilenetv2", "Sandler 2018", 72.0, MobileNet.V2),
        new("landmark-net", "face landmarks", null, LandmarkNet.Build),
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
        if (Networks.FirstOrDefault(n => n.Name == name) is { } network) return network.Build(Checked(options ?? new()));
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
        if (!(options.Width is > 0 and <= 16)) throw new BadInputException($"width {options.Width}; above 0 and at most 16 is allowed");
        return options;
    }

    // Table 1's outputs of stage 2 by the number of groups; a width of one group has nothing to shuffle.
    private static IEnumerable<ZooNetwork> ShuffleNets(bool shuffle, string suffix, double?[] published)
    {
        foreach (var ((groups, channels), top1) in new[] { (1, 144), (2, 200), (3, 240), (4, 272), (8, 384) }.Zip(published))
            if (shuffle || groups > 1) yield return new($"shufflenet-g{groups}{suffix}", "Zhang 2018", top1, options => ShuffleNet.Build(options, groups, channels, shuffle));
    }

    private static bool IsClose(string known, string name) =>
        name.Length >= 3 && (known.Contains(name, StringComparison.OrdinalIgnoreCase) || Distance(known, name.ToLowerInvariant()) <= 2);

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
