using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// SqueezeNet (Iandola et al. 2016, table 1; v1.1 from its authors' later prototxt), plain or with simple bypass (section 6, figure 2).
/// For small pictures conv1 has no stride and no pool follows it.
/// </summary>
internal static class SqueezeNet
{
    /// <summary>1,248,424 parameters. conv10 is padded by 1, as in the authors' Caffe file.</summary>
    public static Model V10(ZooOptions options, bool bypass)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 227, 227).Stem(options.Wide(96), 7)
            .Fire(options, 2, 16, 64).Fire(options, 3, 16, 64, bypass).Fire(options, 4, 32, 128).MaxPool(3, 2, ceil: true)
            .Fire(options, 5, 32, 128, bypass).Fire(options, 6, 48, 192).Fire(options, 7, 48, 192, bypass).Fire(options, 8, 64, 256).MaxPool(3, 2, ceil: true)
            .Fire(options, 9, 64, 256, bypass);
        return net.Build("squeezenet1.0", features.Head(options, pad: 1));
    }

    /// <summary>1,235,496 parameters, 2.2 times fewer multiply-adds.</summary>
    public static Model V11(ZooOptions options, bool bypass)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 227, 227).Stem(options.Wide(64), 3)
            .Fire(options, 2, 16, 64).Fire(options, 3, 16, 64, bypass).MaxPool(3, 2, ceil: true)
            .Fire(options, 4, 32, 128).Fire(options, 5, 32, 128, bypass).MaxPool(3, 2, ceil: true)
            .Fire(options, 6, 48, 192).Fire(options, 7, 48, 192, bypass).Fire(options, 8, 64, 256).Fire(options, 9, 64, 256, bypass);
        return net.Build("squeezenet1.1", features.Head(options, pad: 0));
    }

    private static Features Stem(this Features input, int channels, int kernel) => input.IsSmall
        ? input.Conv("conv1", channels, kernel, pad: kernel / 2).Relu()
        : input.Conv("conv1", channels, kernel, stride: 2).Relu().MaxPool(3, 2, ceil: true);

    private static Features Fire(this Features input, ZooOptions options, int number, int squeeze, int expand, bool bypass = false)
    {
        var squeezed = input.Conv($"fire{number}.squeeze", options.Wide(squeeze), 1).Relu();
        var result = squeezed.Conv($"fire{number}.expand1", options.Wide(expand), 1).Relu()
            .Concat(squeezed.Conv($"fire{number}.expand3", options.Wide(expand), 3, pad: 1).Relu());
        return bypass ? result.Add(input) : result;
    }

    private static Features Head(this Features features, ZooOptions options, int pad) =>
        features.Dropout().Conv("conv10", options.Classes ?? 1000, 1, pad: pad).Relu().GlobalAveragePool().Flatten();
}
