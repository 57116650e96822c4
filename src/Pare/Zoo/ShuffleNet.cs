using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// ShuffleNet v1 (Zhang et al. 2018, table 1). The shuffle of section 3.1 is Reshape, Transpose, Reshape. For small pictures conv1 has
/// no stride and no pool follows it.
/// </summary>
internal static class ShuffleNet
{
    private static readonly int[] Repeats = [4, 8, 4];

    /// <param name="groups">Groups of the pointwise convolutions.</param>
    /// <param name="channels">Outputs of stage 2; each later stage doubles them.</param>
    /// <param name="shuffle">False for the ablation of table 3.</param>
    public static Model Build(ZooOptions options, int groups, int channels, bool shuffle)
    {
        var net = new GraphBuilder(options.Seed);
        var input = net.Input(options, 3, 224, 224);
        var features = input.IsSmall
            ? input.ConvNorm("conv1", options.Wide(24, groups), 3, pad: 1).Relu()
            : input.ConvNorm("conv1", options.Wide(24, groups), 3, stride: 2, pad: 1).Relu().MaxPool(3, 2, pad: 1);
        for (var stage = 0; stage < Repeats.Length; stage++)
        {
            // A unit's bottleneck is a quarter of its outputs, and every group needs a whole number of channels of both.
            var width = options.Wide(channels << stage, 4 * groups);
            for (var unit = 0; unit < Repeats[stage]; unit++)
            {
                var unitGroups = stage == 0 && unit == 0 ? 1 : groups;
                features = features.Unit($"stage{stage + 2}.{unit + 1}", width, unit == 0 ? 2 : 1, unitGroups, groups, shuffle);
            }
        }
        return net.Build($"shufflenet-g{groups}{(shuffle ? "" : "-noshuffle")}", features.GlobalAveragePool().Dense("fc", options.Classes ?? 1000, Init.Xavier));
    }

    // Figure 2 b and c. The first pointwise convolution of stage 2 has few inputs and no groups.
    private static Features Unit(this Features input, string name, int channels, int stride, int firstGroups, int groups, bool shuffle)
    {
        var bottleneck = channels / 4;
        var branch = input.ConvNorm($"{name}.conv1", bottleneck, 1, groups: firstGroups).Relu();
        if (shuffle && groups > 1) branch = branch.Shuffle(groups);
        branch = branch.ConvNorm($"{name}.depthwise", bottleneck, 3, stride, pad: 1, groups: bottleneck)
            .ConvNorm($"{name}.conv2", stride == 2 ? channels - input.Channels : channels, 1, groups: groups);
        return (stride == 2 ? input.AveragePool(3, 2, pad: 1).Concat(branch) : input.Add(branch)).Relu();
    }
}
