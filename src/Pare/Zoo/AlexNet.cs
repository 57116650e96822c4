using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>AlexNet (Krizhevsky et al. 2012) as one tower with groups, the layout of Caffe's bvlc_alexnet; 60,965,224 parameters.</summary>
internal static class AlexNet
{
    public static Model Build(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var scores = net.Input(options, 3, 227, 227)
            .Conv("conv1", 96, 11, stride: 4).Relu().LocalResponseNorm().MaxPool(3, 2, ceil: true)
            .Conv("conv2", 256, 5, pad: 2, groups: 2).Relu().LocalResponseNorm().MaxPool(3, 2, ceil: true)
            .Conv("conv3", 384, 3, pad: 1).Relu()
            .Conv("conv4", 384, 3, pad: 1, groups: 2).Relu()
            .Conv("conv5", 256, 3, pad: 1, groups: 2).Relu().MaxPool(3, 2, ceil: true)
            .Dense("fc6", 4096).Relu().Dropout()
            .Dense("fc7", 4096).Relu().Dropout()
            .Dense("fc8", options.Classes ?? 1000, Init.Xavier);
        return net.Build("alexnet", scores);
    }
}
