using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>The residual networks for CIFAR-10 (He et al. 2016, section 4.2), with shortcuts without parameters (option A).</summary>
internal static class ResNet
{
    /// <param name="repeats">Blocks in each of the three stages; the depth is 6 · repeats + 2.</param>
    public static Model Cifar(ZooOptions options, int repeats)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 32, 32).ConvNorm("conv1", options.Wide(16), 3, pad: 1).Relu();
        foreach (var (stage, channels) in new[] { (1, 16), (2, 32), (3, 64) })
            for (var block = 1; block <= repeats; block++)
                features = features.Block($"stage{stage}.{block}", options.Wide(channels), stage > 1 && block == 1 ? 2 : 1);
        return net.Build($"resnet{6 * repeats + 2}", features.GlobalAveragePool().Dense("fc", options.Classes ?? 10, Init.Xavier));
    }

    private static Features Block(this Features input, string name, int channels, int stride)
    {
        var branch = input.ConvNorm($"{name}.conv1", channels, 3, stride, pad: 1).Relu().ConvNorm($"{name}.conv2", channels, 3, pad: 1);
        var shortcut = stride == 1 ? input : input.MaxPool(1, stride).PadChannels(channels);
        return branch.Add(shortcut).Relu();
    }
}
