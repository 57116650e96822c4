using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Onnx.Rewrites;

namespace Pare.LowRank;

/// <summary>Puts layers' factors into a graph, as ordinary layers in their place.</summary>
public static class Factorizer
{
    /// <summary>The model with layers replaced. The last of a layer's new nodes has its name, bias and output.</summary>
    /// <param name="model">The model that the layers were found in; it is not changed.</param>
    /// <param name="factors">Each layer with its factors.</param>
    public static Model Replace(Model model, IReadOnlyList<(FactorLayer Layer, Factors Factors)> factors)
    {
        if (factors.Count == 0) return model;
        var names = new FreshNames(model.Graph);
        var (tensors, nodes) = (new List<Tensor>(), new Dictionary<Node, ImmutableArray<Node>>(ReferenceEqualityComparer.Instance));
        foreach (var (layer, f) in factors)
        {
            var parts = layer.Layer.Node.Is("Conv") ? Convolutions(layer, f) : Products(layer, f);
            nodes[layer.Layer.Node] = Chain(layer, parts, names, tensors);
        }
        var graph = model.Graph with
        {
            Nodes = [.. model.Graph.Nodes.SelectMany(n => nodes.TryGetValue(n, out var parts) ? parts : [n])],
            Initializers = model.Graph.Initializers.AddRange(tensors),
        };
        return DropUnused.Apply(model with { Graph = graph });
    }

    // One of a layer's parts: an operator without inputs and outputs yet, and its weight.
    private sealed record Part(Node Node, long[] Shape, float[] Weight);

    private static ImmutableArray<Node> Chain(FactorLayer layer, Part[] parts, FreshNames names, List<Tensor> tensors)
    {
        var original = layer.Layer.Node;
        var chain = ImmutableArray.CreateBuilder<Node>();
        var value = original.Inputs[0];
        for (var i = 0; i < parts.Length; i++)
        {
            var weight = Tensor.Of(names.Of($"{layer.Layer.Weight}.{i + 1}"), parts[i].Shape, parts[i].Weight) with { IsExternal = layer.Weight.IsExternal };
            tensors.Add(weight);
            var last = i == parts.Length - 1;
            string[] bias = last && layer.Layer.Bias.Length > 0 ? [layer.Layer.Bias] : [];
            var output = last ? original.Outputs[0] : names.Of($"{original.Outputs[0]}.{i + 1}");
            var name = last || original.Name.Length == 0 ? original.Name : names.Of($"{original.Name}.{i + 1}");
            chain.Add(parts[i].Node with { Name = name, Inputs = [value, weight.Name, .. bias], Outputs = [output] });
            value = output;
        }
        return chain.ToImmutable();
    }

    private static Part[] Products(FactorLayer layer, Factors f)
    {
        var node = layer.Layer.Node;
        var (inputs, outputs, rank) = (layer.Inputs, layer.Outputs, f.Rank);
        // Gemm's alpha goes into the first factor; the second keeps the operator, and with it beta and the bias.
        var first = Matrix.Transposed<float>(f.Weights[0], rank, inputs);
        if (node.Is("Gemm") && node.Float("alpha", 1) is var alpha and not 1)
        {
            for (var i = 0; i < first.Length; i++) first[i] *= alpha;
            node = node.Without("alpha");
        }
        var second = layer.InputsFirst
            ? new Part(node, [rank, outputs], Matrix.Transposed<float>(f.Weights[1], outputs, rank))
            : new Part(node, [outputs, rank], f.Weights[1]);
        return [new(new Node { OpType = "MatMul" }, [inputs, rank], first), second];
    }

    private static Part[] Convolutions(FactorLayer layer, Factors f)
    {
        var node = layer.Layer.Node;
        long[] kernel = [.. layer.Kernel], ones = [.. kernel.Select(_ => 1L)];
        var point = new Node { OpType = "Conv", Attributes = [NodeAttribute.Of("kernel_shape", ones)] };
        var (inputs, outputs, rank) = (layer.Inputs, layer.Outputs, f.Rank);
        return f.Method switch
        {
            // Without a bias a 1 x 1 layer leaves the zeros of padding zero, so padding stays with the kernel.
            FactorMethod.Tucker2 =>
            [
                new(point, [f.InputRank, inputs, .. ones], f.Weights[0]),
                new(node, [rank, f.InputRank, .. kernel], f.Weights[1]),
                new(point, [outputs, rank, .. ones], f.Weights[2]),
            ],
            FactorMethod.Spatial =>
            [
                new(Along(node, kernel, 0), [rank, inputs, kernel[0], 1], f.Weights[0]),
                new(Along(node, kernel, 1), [outputs, rank, 1, kernel[1]], f.Weights[1]),
            ],
            _ => [new(node, [rank, inputs, .. kernel], f.Weights[0]), new(point, [outputs, rank, .. ones], f.Weights[1])],
        };
    }

    // The convolution along one axis: kernel, stride, dilation and padding of the other are those of a point. auto_pad pads a point by nothing.
    private static Node Along(Node node, long[] kernel, int axis)
    {
        var along = node.With(NodeAttribute.Of("kernel_shape", Only(kernel, 1)));
        foreach (var name in new[] { "strides", "dilations" })
            if (node.Ints(name) is { IsEmpty: false } values) along = along.With(NodeAttribute.Of(name, Only([.. values], 1)));
        if (node.Ints("pads") is { IsEmpty: false } pads) along = along.With(NodeAttribute.Of("pads", [.. Only([.. pads[..2]], 0), .. Only([.. pads[2..]], 0)]));
        return along;

        long[] Only(long[] values, long otherwise) => axis == 0 ? [values[0], otherwise] : [otherwise, values[1]];
    }
}
