using System.Collections.Frozen;
using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>The one list of operators whose channels can be followed.</summary>
internal static class Rules
{
    private static readonly FrozenDictionary<string, Action<ChannelMap, Node>> Table = ((IEnumerable<KeyValuePair<string, Action<ChannelMap, Node>>>)
    [
        .. LayerRules.All,
        .. ElementwiseRules.All,
        .. AxisRules.All,
        .. MoveRules.All,
        .. ReshapeRules.All,
    ]).ToFrozenDictionary();

    public static Action<ChannelMap, Node>? Find(Node node) => node.IsStandard ? Table.GetValueOrDefault(node.OpType) : null;
}
