using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Quantize;

namespace Pare.Torch.Quantized;

/// <summary>A weight kept in codes, <c>DequantizeLinear(codes, scale, zero point)</c>.</summary>
/// <param name="Codes">The constant.</param>
/// <param name="Node">The DequantizeLinear, its only user.</param>
/// <param name="Range">The codes it may have.</param>
internal sealed record CodedWeight(Tensor Codes, Node Node, CodeRange Range);

/// <summary>A bias in 32 bits whose scale is that of its layer's input times that of its weight.</summary>
/// <param name="Codes">The constant.</param>
/// <param name="Node">The DequantizeLinear, its only user.</param>
/// <param name="Input">Name of the scale of the layer's input.</param>
/// <param name="Weight">Name of the scale of its weight.</param>
internal sealed record TiedBias(Tensor Codes, Node Node, string Input, string Weight);

/// <summary>What of a Q/DQ graph training may change besides floats, by the names of constants.</summary>
internal sealed class CodedGraph
{
    /// <summary>By how much a bias's scale may miss the product that it is rounded from.</summary>
    private const float Tolerance = 1e-5f;

    private readonly GraphIndex _index;

    private CodedGraph(GraphIndex index) => _index = index;

    public Dictionary<string, CodedWeight> Weights { get; } = [];
    public Dictionary<string, TiedBias> Biases { get; } = [];

    /// <summary>Scales that are learned: those that nothing but QuantizeLinear and DequantizeLinear uses.</summary>
    public HashSet<string> Scales { get; } = [];

    /// <summary>
    /// Zero points that are learned: those of activations that are neither the lowest code nor 0. The lowest says that nothing lies below (a ReLU in the codes),
    /// 0 that codes are symmetric; they stay.
    /// </summary>
    public HashSet<string> ZeroPoints { get; } = [];

    /// <summary>Each QuantizeLinear whose codes go to one DequantizeLinear alone, with that one.</summary>
    public Dictionary<Node, Node> Pairs { get; } = new(ReferenceEqualityComparer.Instance);

    public static CodedGraph Of(GraphIndex index, Learned learned)
    {
        var coded = new CodedGraph(index);
        if (learned == Learned.Floats) return coded;
        foreach (var (codes, node) in TrainableConstants.Codes(index)) coded.AddWeight(codes, node);
        coded.AddPairs();
        if (learned == Learned.CodesAndScales) coded.AddScales();
        return coded;
    }

    private void AddWeight(Tensor codes, Node node)
    {
        if (_index.Constant(node.Input(1)) is not { Type: ElementType.Float } scale || !AllPositive(scale)) return;
        if (node.Input(2).Length > 0 && _index.Constant(node.Inputs[2]) is null) return;
        if (codes.Type == ElementType.Int32 && Tied(codes, node, scale) is { } bias) Biases[codes.Name] = bias;
        else if (codes.Type.Bits() <= 8 || codes.Type is ElementType.Int16 or ElementType.Int32) Weights[codes.Name] = new CodedWeight(codes, node, RangeOf(codes));
    }

    private static CodeRange RangeOf(Tensor codes)
    {
        var (min, max) = (0, 0);
        if (codes.Type == ElementType.Int8)
        {
            foreach (var code in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(codes.Data.Span)) (min, max) = (Math.Min(min, code), Math.Max(max, code));
        }
        return CodeRange.Holding(codes.Type, min, max);
    }

    // The scales of the layers' inputs and weights; null where the bias's own is no product of them.
    private TiedBias? Tied(Tensor codes, Node node, Tensor scale)
    {
        if (_index.Consumers(scale.Name).Count > 1 || (node.Input(2).Length > 0 && _index.Constant(node.Inputs[2])!.Data.Span.ContainsAnyExcept((byte)0))) return null;
        var sources = _index.Consumers(node.Outputs[0]).Select(l => l.Input(2) == node.Outputs[0] ? (Input: ScaleOf(l.Input(0)), Weight: ScaleOf(l.Input(1))) : default).Distinct().ToList();
        if (sources is not [({ Count: 1 } input, { } weight)] || weight.Count != scale.Count) return null;
        for (var i = 0; i < scale.Count; i++)
        {
            var product = input.Floats[0] * weight.Floats[i];
            if (MathF.Abs(scale.Floats[i] - product) > Tolerance * product) return null;
        }
        return new TiedBias(codes, node, input.Name, weight.Name);
    }

    private Tensor? ScaleOf(string value) =>
        _index.Producer(value) is { } node && node.Is("DequantizeLinear") && _index.Constant(node.Input(1)) is { Type: ElementType.Float } scale ? scale : null;

    private void AddPairs()
    {
        foreach (var node in _index.Graph.Nodes.Where(n => n.Is("QuantizeLinear") && _index.Constant(n.Input(1)) is { Type: ElementType.Float }))
        {
            if (_index.IsOutput(node.Outputs[0]) || _index.Consumers(node.Outputs[0]) is not [var next] || !next.Is("DequantizeLinear")) continue;
            if (next.Input(0) != node.Outputs[0] || next.Input(1) != node.Inputs[1] || next.Input(2) != node.Input(2)) continue;
            if (_index.Constant(node.Input(2)) is { } zero ? zero.Type.IsWhole() : node.Input(2).Length == 0 && node.Int("output_dtype", 0) == 0) Pairs[node] = next;
        }
    }

    private void AddScales()
    {
        var fixedScales = Biases.Values.Select(b => b.Node.Inputs[1]).Concat(Weights.Values.Where(w => w.Codes.Type == ElementType.Int32).Select(w => w.Node.Inputs[1])).ToHashSet();
        var activations = _index.Graph.Nodes.Where(n => n.Is("QuantizeLinear") && _index.Constant(n.Inputs[0]) is null);
        foreach (var node in Weights.Values.Select(w => w.Node).Concat(activations))
        {
            if (_index.Constant(node.Input(1)) is { Type: ElementType.Float } scale && AllPositive(scale) && !fixedScales.Contains(scale.Name) && IsUsedAs(scale.Name, 1)) Scales.Add(scale.Name);
            if (!node.Is("QuantizeLinear") || _index.Constant(node.Input(2)) is not { Type: ElementType.UInt8 or ElementType.Int8, Count: 1 } zero) continue;
            var lowest = zero.Type == ElementType.Int8 ? unchecked((byte)sbyte.MinValue) : byte.MinValue;
            if (zero.Data.Span[0] != 0 && zero.Data.Span[0] != lowest && IsUsedAs(zero.Name, 2)) ZeroPoints.Add(zero.Name);
        }
    }

    private bool IsUsedAs(string constant, int input) => !_index.IsOutput(constant)
        && _index.Consumers(constant).All(n => n.OpType is "QuantizeLinear" or "DequantizeLinear" && n.Inputs.Index().All(i => i.Item != constant || i.Index == input));

    private static bool AllPositive(Tensor scale) => scale.Count > 0 && !scale.Floats.ContainsAnyExceptInRange(float.Epsilon, float.MaxValue);
}
