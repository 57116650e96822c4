using Pare.Onnx;

namespace Pare.Prune.Obs;

/// <summary>How a layer's weights lie in its graph, for those whose weights may take any value: dense, and used by nothing else.</summary>
internal sealed class ObsForm
{
    private ObsForm(GraphIndex index, Layer layer, Tensor weight, bool isRowwise)
    {
        (Layer, Weight, IsRowwise) = (layer, weight, isRowwise);
        var node = layer.Node;
        Bias = layer.Bias.Length > 0 && index.Consumers(layer.Bias).Count == 1 ? index.Constant(layer.Bias) : null;
        // A bias of its own, or room for one; Gemm's factors would have to be divided by.
        HasFreeBias = !node.Is("MatMul") && (layer.Bias.Length == 0 || (Bias is { Type: ElementType.Float } bias && bias.Count == Rows))
            && node.Float("alpha", 1) == 1 && node.Float("beta", 1) == 1;
    }

    public Layer Layer { get; }

    public Tensor Weight { get; }

    /// <summary>True where an output's weights lie side by side.</summary>
    private bool IsRowwise { get; }

    private Tensor? Bias { get; }

    /// <summary>True where the bias can make up for the mean error of the output.</summary>
    public bool HasFreeBias { get; }

    public int Rows => (int)Weight.Shape[IsRowwise ? 0 : 1];

    public int Columns => (int)(Weight.Count / Rows);

    public int Groups => Layer.Node.Is("Conv") ? (int)Layer.Node.Int("group", 1) : 1;

    /// <summary>The form; null where the weights may not be moved.</summary>
    public static ObsForm? Of(GraphIndex index, Layer layer)
    {
        if (layer.WeightInput != 1 || index.Constant(layer.Weight) is not { Type: ElementType.Float, Data.IsEmpty: false } weight || index.Consumers(layer.Weight).Count != 1) return null;
        return layer.Node.OpType switch
        {
            "Conv" when weight.Shape.Length is 3 or 4 => new ObsForm(index, layer, weight, isRowwise: true),
            "Gemm" when weight.Shape.Length == 2 && layer.Node.Int("transA", 0) == 0 => new ObsForm(index, layer, weight, layer.Node.Int("transB", 0) != 0),
            "MatMul" when weight.Shape.Length == 2 => new ObsForm(index, layer, weight, isRowwise: false),
            _ => null,
        };
    }

    /// <summary>The weights, rows x columns.</summary>
    public float[] Rowwise() => IsRowwise ? Weight.Floats.ToArray() : Matrix.Transposed(Weight.Floats, Columns, Rows);

    /// <summary>The graph with other weights, rows x columns, and with what their mean error needs in the bias.</summary>
    public Graph Write(Graph graph, float[] weights, InputMoments moments)
    {
        var before = Rowwise();
        graph = graph.ReplaceConstants(new Dictionary<string, Tensor> { [Weight.Name] = Tensor.Of(Weight.Name, Weight.Shape.AsSpan(), IsRowwise ? weights : Matrix.Transposed<float>(weights, Rows, Columns)) });
        if (!HasFreeBias) return graph;
        var bias = Bias?.Floats.ToArray() ?? new float[Rows];
        var each = Rows / Groups;
        foreach (var block in moments.Blocks)
        {
            for (var row = block.Group * each; row < (block.Group + 1) * each; row++)
            {
                double sum = 0;
                for (var i = 0; i < block.Size; i++)
                {
                    var at = row * Columns + block.First + i;
                    sum += ((double)before[at] - weights[at]) * block.Means[i];
                }
                bias[row] += (float)sum;
            }
        }
        if (Bias is not null) return graph.ReplaceConstants(new Dictionary<string, Tensor> { [Bias.Name] = Tensor.Of(Bias.Name, Bias.Shape.AsSpan(), bias) });
        var name = graph.FreshName(Layer.Name + ".bias");
        var node = graph.Nodes.First(n => n.Outputs.SequenceEqual(Layer.Node.Outputs));
        return graph with
        {
            Initializers = graph.Initializers.Add(Tensor.Of(name, [Rows], bias)),
            Nodes = graph.Nodes.Replace(node, node with { Inputs = [node.Inputs[0], node.Inputs[1], name] }),
        };
    }
}
