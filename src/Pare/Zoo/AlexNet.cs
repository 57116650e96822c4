using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// AlexNet (Krizhevsky et al. 2012). For small pictures conv1 is 5x5 without stride and without the pool behind it, and the dense
/// layers are 512 wide.
/// </summary>
internal static class AlexNet
{
    /// <summary>One tower with groups, the layout of Caffe's bvlc_alexnet; 60,965,224 parameters.</summary>
    public static Model Grouped(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var input = net.Input(options, 3, 227, 227);
        var stem = input.IsSmall
            ? input.Conv("conv1", options.Wide(96, 2), 5, pad: 2).Relu().LocalResponseNorm()
            : input.Conv("conv1", options.Wide(96, 2), 11, stride: 4).Relu().LocalResponseNorm().MaxPool(3, 2, ceil: true);
        var features = stem
            .Conv("conv2", options.Wide(256, 2), 5, pad: 2, groups: 2).Relu().LocalResponseNorm().MaxPool(3, 2, ceil: true)
            .Conv("conv3", options.Wide(384, 2), 3, pad: 1).Relu()
            .Conv("conv4", options.Wide(384, 2), 3, pad: 1, groups: 2).Relu()
            .Conv("conv5", options.Wide(256, 2), 3, pad: 1, groups: 2).Relu().MaxPool(3, 2, ceil: true);
        return net.Build("alexnet", features.Head(options, input.IsSmall));
    }

    /// <summary>Without groups and normalisation (Krizhevsky 2014, as torchvision has it); 61,100,840 parameters.</summary>
    public static Model Ungrouped(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var input = net.Input(options, 3, 224, 224);
        var stem = input.IsSmall
            ? input.Conv("conv1", options.Wide(64), 5, pad: 2).Relu()
            : input.Conv("conv1", options.Wide(64), 11, stride: 4, pad: 2).Relu().MaxPool(3, 2);
        var features = stem
            .Conv("conv2", options.Wide(192), 5, pad: 2).Relu().MaxPool(3, 2)
            .Conv("conv3", options.Wide(384), 3, pad: 1).Relu()
            .Conv("conv4", options.Wide(256), 3, pad: 1).Relu()
            .Conv("conv5", options.Wide(256), 3, pad: 1).Relu().MaxPool(3, 2);
        return net.Build("alexnet-ungrouped", features.Head(options, input.IsSmall));
    }

    private static Features Head(this Features features, ZooOptions options, bool small)
    {
        var units = options.Wide(small ? 512 : 4096);
        return features
            .Dense("fc6", units).Relu().Dropout()
            .Dense("fc7", units).Relu().Dropout()
            .Dense("fc8", options.Classes ?? 1000, Init.Xavier);
    }
}
