using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>What constant channels add to the outputs of the layers that sum over them, and its place in the biases when they go.</summary>
internal static class BiasFold
{
    /// <summary>True where a constant other than 0 in an input channel adds a constant to each output: not where padding cuts it off at the border.</summary>
    public static bool Folds(GraphIndex index, Node node) => node.OpType switch
    {
        "Conv" => node.Text("auto_pad", "NOTSET") is "NOTSET" or "VALID" && node.Ints("pads").All(p => p == 0),
        "Gemm" => node.Float("beta", 1) != 0 && (node.Input(2).Length == 0 || WeightValues.Resolve(index, node.Inputs[2]) is { Count: 1 } or { Shape: [_] or [1, _] }),
        _ => false,
    };

    /// <summary>What each layer's remaining outputs gain, by the layer's output.</summary>
    /// <param name="graph">The channels.</param>
    /// <param name="constants">Their numbers.</param>
    /// <param name="dead">The groups that go.</param>
    public static Dictionary<string, double[]> Of(ChannelGraph graph, ConstantChannels constants, HashSet<int> dead)
    {
        var labels = graph.Map.Labels;
        var added = new Dictionary<string, double[]>();
        foreach (var layer in graph.Layers.Where(l => l.Groups == 1 && l.Inputs is not null && Folds(graph.Map.Index, l.Layer.Node)))
        {
            var sums = new double[layer.Channels];
            Tensor? weights = null;
            for (var column = 0; column < layer.Inputs!.Length; column++)
            {
                if (dead.Contains(labels.Root(layer.Inputs[column])) && constants.Of(layer.Layer.Node.Inputs[0], column) is { } c and not 0)
                    AddColumn(layer, weights ??= WeightValues.Resolve(graph.Map.Index, layer.Layer.Weight), column, c, sums);
            }
            if (!Array.Exists(sums, s => s != 0)) continue;
            added[layer.Layer.Node.Outputs[0]] = layer.Rows is null ? sums : [.. sums.Where((_, i) => !dead.Contains(labels.Root(layer.Rows[i])))];
        }
        return added;
    }

    /// <summary>The model with numbers added to the biases of layers.</summary>
    public static Model Add(Model model, IReadOnlyDictionary<string, double[]> added)
    {
        foreach (var (output, sums) in added)
        {
            var index = new GraphIndex(model.Graph);
            var node = index.Producer(output)!;
            var bias = node.Input(2).Length == 0 ? new float[sums.Length] : Broadcast(WeightValues.Dense(index, node.Inputs[2]), sums.Length);
            for (var i = 0; i < bias.Length; i++) bias[i] = (float)(bias[i] + sums[i]);
            model = WithBias(model, index, node, bias);
        }
        return model;
    }

    private static void AddColumn(ChannelLayer layer, Tensor weights, int column, float constant, double[] sums)
    {
        var node = layer.Layer.Node;
        var factor = node.OpType == "Gemm" ? constant * (double)node.Float("alpha", 1) / node.Float("beta", 1) : constant;
        var values = weights.Type == ElementType.Float ? weights.Floats : weights.ToFloats();
        var (rowStride, columnStride) = (Stride(weights, layer.RowAxis), Stride(weights, layer.ColumnAxis));
        var kernel = (int)weights.Shape.Skip(2).Aggregate(1L, (p, d) => p * d);
        for (var row = 0; row < sums.Length; row++)
        {
            double sum = 0;
            foreach (var w in values.Slice(row * rowStride + column * columnStride, kernel)) sum += w;
            sums[row] += factor * sum;
        }
    }

    private static int Stride(Tensor tensor, int axis) => (int)tensor.Shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d);

    private static float[] Broadcast(float[] bias, int count) => bias.Length == count ? bias : [.. Enumerable.Repeat(bias[0], count)];

    // A bias of its own is replaced where it stands; codes and 8 bits cannot hold any number, so it becomes dense.
    private static Model WithBias(Model model, GraphIndex index, Node node, float[] bias)
    {
        var name = node.Input(2);
        var own = name.Length > 0 && !index.IsOutput(name) && index.Consumers(name).Count == 1;
        if (own && index.Constant(name) is not null) return model with { Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor> { [name] = Tensor.Of(name, [bias.Length], bias) }) };
        if (own) return WeightForm.Replace(model, new Dictionary<string, WeightForm> { [name] = WeightForm.Dense(Tensor.Of(name, [bias.Length], bias)) });
        name = model.Graph.FreshName($"{node.Label}.bias");
        return model with
        {
            Graph = model.Graph with
            {
                Initializers = model.Graph.Initializers.Add(Tensor.Of(name, [bias.Length], bias)),
                Nodes = model.Graph.Nodes.Replace(node, node with { Inputs = [node.Inputs[0], node.Inputs[1], name] }),
            },
        };
    }
}
