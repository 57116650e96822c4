using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>Operators on elements at the same place: labels that meet are united, as broadcasting pairs them.</summary>
internal static class ElementwiseRules
{
    private static readonly string[] OfAllInputs =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu",
        "HardSigmoid", "HardSwish", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign",
        "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "IsNaN", "IsInf", "Identity", "Cast", "CastLike", "Clip", "PRelu",
        "Add", "Sub", "Mul", "Div", "Pow", "Mod", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "And", "Or", "Xor",
        "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal", "Min", "Max", "Sum", "Mean", "Where",
    ];

    public static IEnumerable<KeyValuePair<string, Action<ChannelMap, Node>>> All =>
    [
        .. OfAllInputs.Select(name => new KeyValuePair<string, Action<ChannelMap, Node>>(name, (map, node) => Combine(map, node, node.Inputs))),
        new("Dropout", (map, node) => Combine(map, node, node.Inputs.Take(1))),
        new("QuantizeLinear", Scale),
        new("DequantizeLinear", Scale),
    ];

    private static void Combine(ChannelMap map, Node node, IEnumerable<string> inputs)
    {
        var values = inputs.Where(i => i.Length > 0).Select(map.Find).ToList();
        // Before opset 7 attributes said how the second operand is laid over the first.
        if (node.Has("broadcast") || values.Contains(null))
        {
            map.KeepInputs(node, $"the shapes at {node} are not known");
            return;
        }
        var axes = Join(map, node, values!);
        foreach (var output in node.Outputs) map.Set(output, axes);
    }

    /// <summary>The labels of values laid over each other from the last axis on.</summary>
    public static int[]?[] Join(ChannelMap map, Node node, IReadOnlyList<LabelledValue> values)
    {
        var rank = values.Max(v => v.Rank);
        var axes = new int[]?[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            var whole = false;
            foreach (var value in values)
            {
                var own = axis - (rank - value.Rank);
                if (own < 0) continue;
                if (value.Axes[own] is not { } labels) whole |= value.Shape[own].Value != 1;
                else if (axes[axis] is { } met) map.Labels.Unite(met, labels);
                else axes[axis] = labels;
            }
            if (whole && axes[axis] is { } kept) map.Labels.Keep(kept, $"{node} combines them with a value that must stay");
        }
        return axes;
    }

    // A scale for each place of one axis, or one for all.
    private static void Scale(ChannelMap map, Node node)
    {
        if (map.Find(node.Inputs[0]) is not { } x) return;
        foreach (var input in node.Inputs.Skip(1).Where(i => i.Length > 0))
        {
            if (map.Find(input) is not { } scale || scale.Rank > 1 || node.Int("block_size", 0) != 0)
            {
                map.KeepInputs(node, $"{node} scales them in blocks");
                continue;
            }
            if (scale.Rank == 0 || scale.Shape[0].Value == 1) continue;
            var axis = x.Rank == 1 ? 0 : map.Context(node).Axis(node.Int("axis", 1), x.Rank);
            var lead = new LabelledValue([x.Shape[axis]], [x.Axes[axis]]);
            Join(map, node, [lead, scale]);
        }
        map.Set(node.Outputs[0], x.Axes);
    }
}
