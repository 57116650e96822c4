using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>MatMul of a matrix, followed by Add of one constant number a column, becomes Gemm, whose 8-bit kernel adds the bias.</summary>
internal static class DenseAdd
{
    public static Model Apply(Model model)
    {
        var index = new GraphIndex(model.Graph);
        var types = ShapeInference.Infer(model);
        var merged = new Dictionary<Node, Node?>(ReferenceEqualityComparer.Instance);
        foreach (var layer in Layer.Of(index).Where(l => l.Node.Is("MatMul") && l.WeightInput == 1))
        {
            var product = layer.Node.Outputs[0];
            if (index.IsOutput(product) || index.Consumers(product) is not [var add] || !add.Is("Add") || merged.ContainsKey(add)) continue;
            if (types.GetValueOrDefault(layer.Node.Inputs[0]).Shape is not { Length: 2 } || types.GetValueOrDefault(layer.Weight).Sizes is not [_, var columns]) continue;
            var bias = add.Inputs[add.Inputs[0] == product ? 1 : 0];
            if (index.Constant(bias) is not { Type: ElementType.Float, Shape.Length: 1 } values || values.Count != columns) continue;
            merged[layer.Node] = null;
            merged[add] = new Node { OpType = "Gemm", Name = layer.Node.Name, Inputs = [.. layer.Node.Inputs, bias], Outputs = add.Outputs };
        }
        if (merged.Count == 0) return model;
        ImmutableArray<Node> nodes = [.. model.Graph.Nodes.Select(n => merged.TryGetValue(n, out var other) ? other : n).OfType<Node>()];
        return model with { Graph = model.Graph with { Nodes = nodes } };
    }
}
