using System.Collections.Frozen;

namespace Pare.Onnx.Ops;

/// <summary>The one list of operators that Pare knows; others pass through untouched.</summary>
internal static class Operators
{
    private static readonly FrozenDictionary<string, Operator> Table = ((IEnumerable<Operator>)
    [
        .. Elementwise.Operators,
        .. Conv.Operators,
        .. ConvTranspose.Operators,
        .. Pool.Operators,
        .. MatMul.Operators,
        .. Normalization.Operators,
        .. Reduce.Operators,
        .. Concat.Operators,
        .. Split.Operators,
        .. Slice.Operators,
        .. Reshape.Operators,
        .. Transpose.Operators,
        .. Expand.Operators,
        .. Pad.Operators,
        .. Resize.Operators,
        .. Gather.Operators,
        .. Cast.Operators,
        .. Shape.Operators,
        .. Constants.Operators,
        .. Identity.Operators,
        .. Quantize.Operators,
        .. DepthSpace.Operators,
    ]).ToFrozenDictionary(o => o.Name);

    /// <summary>What is known of a node's operator; null for other domains and unknown types.</summary>
    public static Operator? Find(Node node) => node.IsStandard ? Table.GetValueOrDefault(node.OpType) : null;

    public static IEnumerable<string> Names => Table.Keys.Order(StringComparer.Ordinal);
}
