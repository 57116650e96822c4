using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// VGG-16 (Simonyan and Zisserman 2015, table 1, column D); 138,357,544 parameters. For small pictures one dense layer of 512 takes the
/// place of the two of 4096, and each convolution is normalised, without which the plain network hardly trains from scratch.
/// </summary>
internal static class VggNet
{
    private static readonly int[][] Blocks = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]];

    public static Model Build16(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var features = net.Input(options, 3, 224, 224);
        var small = features.IsSmall;
        for (var block = 0; block < Blocks.Length; block++)
        {
            for (var i = 0; i < Blocks[block].Length; i++)
            {
                var (name, channels) = ($"conv{block + 1}_{i + 1}", options.Wide(Blocks[block][i]));
                features = (small ? features.ConvNorm(name, channels, 3, pad: 1) : features.Conv(name, channels, 3, pad: 1)).Relu();
            }
            features = features.MaxPool(2);
        }
        features = small
            ? features.Dense("fc6", options.Wide(512)).Relu().Dropout()
            : features.Dense("fc6", options.Wide(4096)).Relu().Dropout().Dense("fc7", options.Wide(4096)).Relu().Dropout();
        return net.Build("vgg16", features.Dense("fc8", options.Classes ?? 1000, Init.Xavier));
    }
}
