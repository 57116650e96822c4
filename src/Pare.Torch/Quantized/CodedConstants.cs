using Pare.Onnx;
using Pare.Quantize;
using Pare.Torch.Ops;

namespace Pare.Torch.Quantized;

/// <summary>
/// The codes of a Q/DQ graph as training sees them: floats that are rounded on the way (Jacob et al. 2018, section 3), from the file's codes and back to
/// them. The graph's structure stays.
/// </summary>
internal sealed class CodedConstants(GraphIndex index, Learned learned)
{
    private readonly CodedGraph _graph = CodedGraph.Of(index, learned);

    /// <summary>True for a learned scale or zero point.</summary>
    public bool IsGrid(string name) => _graph.Scales.Contains(name) || _graph.ZeroPoints.Contains(name);

    /// <summary>Names of the constants that the file holds rounded.</summary>
    public IEnumerable<string> Rounded => _graph.Weights.Keys.Concat(_graph.Biases.Keys).Concat(_graph.ZeroPoints);

    /// <summary>What a constant starts training as; null where this is none of its business.</summary>
    public TorchTensor? Start(Tensor constant)
    {
        var name = constant.Name;
        if (_graph.Scales.Contains(name)) return constant.ToTorch();
        if (_graph.ZeroPoints.Contains(name)) return constant.ToTorch().to(torch.ScalarType.Float32);
        var node = _graph.Weights.TryGetValue(name, out var weight) ? weight.Node : _graph.Biases.TryGetValue(name, out var bias) ? bias.Node : null;
        if (node is null) return null;
        return Quantization.Dequantize(Call(node, [.. node.Inputs.Select(i => index.Constant(i)?.ToTorch())]));
    }

    /// <summary>A parameter's values as the file holds them.</summary>
    /// <param name="name">Its constant.</param>
    /// <param name="value">Its present value.</param>
    /// <param name="stored">The present value of any other constant.</param>
    public TorchTensor Stored(string name, TorchTensor value, Func<string, TorchTensor> stored)
    {
        if (_graph.ZeroPoints.Contains(name))
        {
            var all = CodeRange.Holding(index.Constant(name)!.Type, sbyte.MinValue, sbyte.MaxValue);
            return value.round().Within(all.Min, all.Max);
        }
        if (_graph.Biases.TryGetValue(name, out var bias))
        {
            // 32-bit codes are more than a float can say.
            var scale = CodedKernels.BiasScale(stored(bias.Input), stored(bias.Weight)).to(torch.ScalarType.Float64);
            return (value.to(torch.ScalarType.Float64) / scale).round().Within(int.MinValue, int.MaxValue);
        }
        if (!_graph.Weights.TryGetValue(name, out var weight)) return value;
        var call = Call(weight.Node, value, stored(weight.Node.Inputs[1]), index.Constant(weight.Node.Input(2))?.ToTorch());
        var grid = new Quantization.Grid(call, value.shape, call[1].shape);
        var codes = (value / grid.Spread(call[1])).round();
        if (call.Optional(2) is { } zero) codes = codes.Plus(grid.Spread(zero.to(codes.dtype)));
        return codes.Within(weight.Range.Min, weight.Range.Max);
    }

    /// <summary>The scales of biases, which follow those of their layers' inputs and weights.</summary>
    public IEnumerable<(string Name, TorchTensor Value)> TiedScales(Func<string, TorchTensor> stored) =>
        _graph.Biases.Values.Select(b => (b.Node.Inputs[1], CodedKernels.BiasScale(stored(b.Input), stored(b.Weight)).reshape([.. index.Constant(b.Node.Inputs[1])!.Shape])));

    /// <summary>The plan with the kernels that round while training.</summary>
    public Plan Replace(Plan plan)
    {
        if (learned == Learned.Floats) return plan;
        var steps = plan.Steps.ToDictionary(s => s.Node, s => s, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        var pairs = new Dictionary<Step, (Step, Step)>();
        foreach (var (first, second) in _graph.Pairs)
            if (steps.TryGetValue(first, out var one) && steps.TryGetValue(second, out var two))
                pairs[one] = (two, new Step(first with { Outputs = second.Outputs }, CodedKernels.Activation(TypeOf(first))));
        return plan.With(pairs).With(Coded);
    }

    private Step Coded(Step step)
    {
        var node = step.Node;
        if (!node.Is("DequantizeLinear")) return step;
        if (_graph.Weights.TryGetValue(node.Inputs[0], out var weight)) return new Step(node, CodedKernels.Weight(weight.Range)) { LastUses = step.LastUses };
        if (!_graph.Biases.TryGetValue(node.Inputs[0], out var bias)) return step;
        return new Step(node with { Inputs = [node.Inputs[0], bias.Input, bias.Weight] }, CodedKernels.Bias) { LastUses = step.LastUses };
    }

    private ElementType TypeOf(Node quantize) => index.Constant(quantize.Input(2))?.Type ?? ElementType.UInt8;

    private static OpCall Call(Node node, params TorchTensor?[] inputs) => new(node, inputs, Opset: 21, Training: false, _ => ElementType.Undefined);
}
