using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// The network of both levels of the landmark cascade: MobileNetV2's blocks on 48x48 pictures, 242,186 numbers with the statistics of
/// its normalisation. The output holds x and y of each point in turn, -1 to 1 over the picture.
/// </summary>
internal static class LandmarkNet
{
    private static readonly (string Name, int Channels, int Stride, int Expansion)[] Table =
    [
        ("block1", 24, 2, 6), ("block2", 24, 1, 6), ("block3", 32, 2, 6), ("block4", 32, 1, 6), ("block5", 64, 2, 6), ("block6", 64, 1, 3),
    ];

    /// <param name="options">Classes are the numbers of the output: twice the points, 10 unless said.</param>
    public static Model Build(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 48, 48).Conv("conv1", options.Wide(16, 8), 3, stride: 2, pad: 1).BatchNorm("conv1.norm").Relu6();
        foreach (var (name, channels, stride, expansion) in Table)
            features = features.InvertedResidual(name, options.Wide(channels, 8), stride, expansion);
        var points = features.Dense("fc1", options.Wide(256)).Relu().Dropout(0.3f).Dense("fc2", options.Classes ?? 10, Init.Small);
        return net.Build("landmark-net", points, "points");
    }
}
