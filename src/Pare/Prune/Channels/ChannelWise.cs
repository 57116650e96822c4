using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Operators that treat every channel alone and alike: what they make of a channel that is one constant.</summary>
internal static class ChannelWise
{
    /// <summary>True where each output channel of the node depends on the same channel of its one varying input alone.</summary>
    public static bool Keeps(GraphIndex index, Node node)
    {
        if (!node.IsStandard || node.Outputs.Skip(1).Any(o => o.Length > 0 && (index.Consumers(o).Count > 0 || index.IsOutput(o)))) return false;
        return node.OpType switch
        {
            "Relu" or "LeakyRelu" or "Sigmoid" or "Tanh" or "Elu" or "Selu" or "HardSigmoid" or "HardSwish" or "Softplus" or "Softsign" or "ThresholdedRelu"
                or "Celu" or "Mish" or "Gelu" or "Erf" or "Abs" or "Neg" or "Exp" or "Sqrt" or "Identity" => true,
            "Dropout" => node.Input(2).Length == 0,
            "Clip" => node.Inputs.Skip(1).All(i => i.Length == 0 || index.Constant(i) is not null),
            "MaxPool" or "AveragePool" or "GlobalMaxPool" or "GlobalAveragePool" => true,
            _ => false,
        };
    }

    /// <summary>The node's output for a channel that is <paramref name="c"/> everywhere; null where that is not one number, or not known here.</summary>
    public static float? Apply(GraphIndex index, Node node, float c) => node.OpType switch
    {
        "Identity" or "Dropout" or "MaxPool" or "GlobalMaxPool" or "GlobalAveragePool" => c,
        "AveragePool" => c == 0 || !CountsPadding(node) ? c : null,
        "Relu" => MathF.Max(c, 0),
        "LeakyRelu" => c < 0 ? node.Float("alpha", 0.01f) * c : c,
        "Elu" => c < 0 ? node.Float("alpha", 1) * (MathF.Exp(c) - 1) : c,
        "Sigmoid" => 1 / (1 + MathF.Exp(-c)),
        "Tanh" => MathF.Tanh(c),
        "HardSigmoid" => HardSigmoid(node.Float("alpha", 0.2f), node.Float("beta", 0.5f), c),
        "HardSwish" => c * HardSigmoid(1f / 6, 0.5f, c),
        "Softplus" => MathF.Max(c, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(c))),
        "Abs" => MathF.Abs(c),
        "Neg" => -c,
        "Clip" => Clip(index, node, c),
        _ => null,
    };

    private static float HardSigmoid(float alpha, float beta, float c) => Math.Clamp(alpha * c + beta, 0, 1);

    // Bounds are attributes up to opset 10, inputs from 11 on.
    private static float? Clip(GraphIndex index, Node node, float c)
    {
        if (Bound(index, node.Input(1), node.Float("min", float.MinValue)) is not { } min || Bound(index, node.Input(2), node.Float("max", float.MaxValue)) is not { } max) return null;
        return MathF.Min(MathF.Max(c, min), max);
    }

    private static float? Bound(GraphIndex index, string input, float otherwise)
    {
        if (input.Length == 0) return otherwise;
        return index.Constant(input) is { Type: ElementType.Float, Count: 1 } bound ? bound.Floats[0] : null;
    }

    private static bool CountsPadding(Node node) =>
        node.Int("count_include_pad", 0) != 0 && (node.Ints("pads").Any(p => p != 0) || node.Text("auto_pad", "NOTSET").StartsWith("SAME") || node.Int("ceil_mode", 0) != 0);
}
