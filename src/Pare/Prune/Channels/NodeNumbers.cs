using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Integers of nodes that may stand in an attribute or, in later versions, in an input.</summary>
internal static class NodeNumbers
{
    /// <summary>What a Pad adds before and after each axis; null where that is not constant.</summary>
    public static (long Before, long After)[]? Pads(ChannelMap map, Node node, int rank)
    {
        var context = map.Context(node);
        var numbers = context.Numbers(1, node.Has("paddings") ? "paddings" : "pads");
        var axes = context.Has(3) ? map.Integers(node.Inputs[3]) : [.. Enumerable.Range(0, rank).Select(a => (long)a)];
        if (numbers is null || axes is null || numbers.Length != 2 * axes.Length) return null;
        var pads = new (long, long)[rank];
        for (var i = 0; i < axes.Length; i++) pads[context.Axis(axes[i], rank)] = (numbers[i], numbers[i + axes.Length]);
        return pads;
    }
}
