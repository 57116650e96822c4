using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>The two networks for handwritten digits of LeCun et al. 1998, as Deep Compression (Han et al. 2016, tables 2 and 3) uses them.</summary>
internal static class LeNet
{
    /// <summary>784-300-100-10 fully connected; 266,610 parameters.</summary>
    public static Model LeNet300(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var scores = net.Input(options, 1, 28, 28)
            .Dense("ip1", options.Wide(300)).Relu()
            .Dense("ip2", options.Wide(100)).Relu()
            .Dense("ip3", options.Classes ?? 10, Init.Xavier);
        return net.Build("lenet-300-100", scores);
    }

    /// <summary>Caffe's form of LeNet-5; 431,080 parameters.</summary>
    public static Model LeNet5(ZooOptions options)
    {
        var net = new GraphBuilder(options.Seed);
        var scores = net.Input(options, 1, 28, 28)
            .Conv("conv1", options.Wide(20), 5, init: Init.Xavier).MaxPool(2)
            .Conv("conv2", options.Wide(50), 5, init: Init.Xavier).MaxPool(2)
            .Dense("ip1", options.Wide(500)).Relu()
            .Dense("ip2", options.Classes ?? 10, Init.Xavier);
        return net.Build("lenet5", scores);
    }
}
