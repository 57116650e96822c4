using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// MobileNet (Howard et al. 2017, table 1), its compact-head variant, and MobileNetV2 (Sandler et al. 2018, table 2). For small pictures
/// conv1 has no stride, and in MobileNetV2 the stage of 24 channels has none either.
/// </summary>
internal static class MobileNet
{
    private static readonly (int Channels, int Stride)[] TableOfV1 =
    [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    // A reconstruction: its source says in one sentence that three sets of stride 2 follow each other, as in ShuffleNet's head.
    private static readonly (int Channels, int Stride)[] TableOfCompact =
    [
        (64, 2), (128, 2), (256, 1), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] TableOfV2 =
    [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ];

    /// <summary>4,231,976 parameters.</summary>
    public static Model V1(ZooOptions options) => Separable("mobilenet", TableOfV1, options);

    /// <summary>The compact head: the maps are small after the third layer. A reconstruction, with no published accuracy.</summary>
    public static Model Compact(ZooOptions options) => Separable("compact-mnet", TableOfCompact, options);

    /// <summary>3,504,872 parameters.</summary>
    public static Model V2(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var input = net.Input(options, 3, 224, 224);
        var features = input.ConvNorm("conv1", options.Wide(32, 8), 3, input.IsSmall ? 1 : 2, pad: 1).Relu6();
        foreach (var (expansion, channels, repeats, stride) in TableOfV2)
        {
            var first = input.IsSmall && channels == 24 ? 1 : stride;
            for (var i = 0; i < repeats; i++)
                features = features.InvertedResidual($"block{channels}.{i + 1}", options.Wide(channels, 8), i == 0 ? first : 1, expansion);
        }
        // Section 4: a narrower network keeps its last convolution whole.
        var last = Math.Max(1280, options.Wide(1280, 8));
        var scores = features.ConvNorm("conv2", last, 1).Relu6().GlobalAveragePool().Dense("fc", options.Classes ?? 1000, Init.Xavier);
        return net.Build("mobilenetv2", scores);
    }

    /// <summary>Section 3.2 and figure 3 of MobileNetV2: widen, filter each channel, narrow without an activation.</summary>
    public static Features InvertedResidual(this Features input, string name, int channels, int stride, int expansion)
    {
        var wide = input.Channels * expansion;
        var branch = expansion == 1 ? input : input.ConvNorm($"{name}.expand", wide, 1).Relu6();
        branch = branch.ConvNorm($"{name}.depthwise", wide, 3, stride, pad: 1, groups: wide).Relu6().ConvNorm($"{name}.project", channels, 1);
        return stride == 1 && input.Channels == channels ? input.Add(branch) : branch;
    }

    private static Model Separable(string name, (int Channels, int Stride)[] table, ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var input = net.Input(options, 3, 224, 224);
        var features = input.ConvNorm("conv1", options.Wide(32), 3, input.IsSmall ? 1 : 2, pad: 1).Relu();
        for (var i = 0; i < table.Length; i++)
        {
            var (channels, stride) = table[i];
            features = features
                .ConvNorm($"conv{i + 2}.depthwise", features.Channels, 3, stride, pad: 1, groups: features.Channels).Relu()
                .ConvNorm($"conv{i + 2}.pointwise", options.Wide(channels), 1).Relu();
        }
        return net.Build(name, features.GlobalAveragePool().Dense("fc", options.Classes ?? 1000, Init.Xavier));
    }
}
