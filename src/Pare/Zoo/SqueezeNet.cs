using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>SqueezeNet (Iandola et al. 2016, table 1; v1.1 from its authors' later prototxt).</summary>
internal static class SqueezeNet
{
    /// <summary>1,248,424 parameters. conv10 is padded by 1, as in the authors' Caffe file.</summary>
    public static Model V10(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 227, 227)
            .Conv("conv1", 96, 7, stride: 2).Relu().MaxPool(3, 2, ceil: true)
            .Fire(2, 16, 64).Fire(3, 16, 64).Fire(4, 32, 128).MaxPool(3, 2, ceil: true)
            .Fire(5, 32, 128).Fire(6, 48, 192).Fire(7, 48, 192).Fire(8, 64, 256).MaxPool(3, 2, ceil: true)
            .Fire(9, 64, 256);
        return net.Build("squeezenet1.0", features.Head(options, pad: 1));
    }

    /// <summary>1,235,496 parameters, 2.2 times fewer multiply-adds.</summary>
    public static Model V11(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 227, 227)
            .Conv("conv1", 64, 3, stride: 2).Relu().MaxPool(3, 2, ceil: true)
            .Fire(2, 16, 64).Fire(3, 16, 64).MaxPool(3, 2, ceil: true)
            .Fire(4, 32, 128).Fire(5, 32, 128).MaxPool(3, 2, ceil: true)
            .Fire(6, 48, 192).Fire(7, 48, 192).Fire(8, 64, 256).Fire(9, 64, 256);
        return net.Build("squeezenet1.1", features.Head(options, pad: 0));
    }

    private static Features Fire(this Features input, int number, int squeeze, int expand)
    {
        var squeezed = input.Conv($"fire{number}.squeeze", squeeze, 1).Relu();
        return squeezed.Conv($"fire{number}.expand1", expand, 1).Relu()
            .Concat(squeezed.Conv($"fire{number}.expand3", expand, 3, pad: 1).Relu());
    }

    private static Features Head(this Features features, ZooOptions options, int pad) =>
        features.Dropout().Conv("conv10", options.Classes ?? 1000, 1, pad: pad).Relu().GlobalAveragePool().Flatten();
}
