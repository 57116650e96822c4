using Pare.Onnx;

namespace Pare.Prune;

/// <summary>Weights as <c>DequantizeLinear(codes, scale, zeroPoint)</c> in 8 bits, one scale for all or one for each index of an axis; the zero point is exactly 0.</summary>
internal sealed record QuantizedWeights(Tensor Elements, Tensor Scale, Tensor? ZeroPoint, int Axis) : IStoredWeights
{
    public double Bits => 8;

    public static QuantizedWeights? Of(GraphIndex index, Node node)
    {
        if (index.Constant(node.Inputs[0]) is not { Type: ElementType.Int8 or ElementType.UInt8 } codes) return null;
        if (index.Constant(node.Input(1)) is not { Type: ElementType.Float } scale) return null;
        var zeroPoint = node.Input(2).Length > 0 ? index.Constant(node.Inputs[2]) : null;
        if ((node.Input(2).Length > 0 && zeroPoint?.Type != codes.Type) || node.Int("block_size", 0) != 0) return null;
        var axis = node.Int("axis", 1);
        if (axis < 0) axis += codes.Shape.Length;
        var perTensor = scale.Count == 1;
        if (!perTensor && (scale.Shape.Length != 1 || axis >= codes.Shape.Length || scale.Count != codes.Shape[(int)axis])) return null;
        if (zeroPoint is not null && zeroPoint.Count != scale.Count) return null;
        return new QuantizedWeights(codes, scale, zeroPoint, perTensor ? -1 : (int)axis);
    }

    public ReadOnlySpan<float> Read(int start, Span<float> buffer)
    {
        var scales = Scale.Floats;
        for (var i = 0; i < buffer.Length; i++)
        {
            var channel = Channel(start + i);
            buffer[i] = (Code(Elements, start + i) - Zero(channel)) * scales[channel];
        }
        return buffer;
    }

    public IEnumerable<Tensor> WithZeros(ReadOnlySpan<bool> pruned)
    {
        var codes = Elements.Data.ToArray();
        for (var i = 0; i < codes.Length; i++)
            if (pruned[i]) codes[i] = (byte)Zero(Channel(i));
        return [Elements with { Data = codes }];
    }

    private int Channel(int position) => Axis < 0 ? 0 : position / Inner % (int)Elements.Shape[Axis];

    private int Inner { get; } = Axis < 0 ? 1 : (int)Elements.Shape.Skip(Axis + 1).Aggregate(1L, (a, b) => a * b);

    private int Zero(int channel) => ZeroPoint is null ? 0 : Code(ZeroPoint, channel);

    private static int Code(Tensor tensor, int at) => tensor.Type == ElementType.Int8 ? (sbyte)tensor.Data.Span[at] : tensor.Data.Span[at];
}
