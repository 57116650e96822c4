using Pare.Onnx;

namespace Pare.Prune;

/// <summary>A layer whose channels can be removed: its weights are a matrix of output and input channels, with the kernel's places behind them.</summary>
internal sealed class ChannelLayer
{
    private readonly bool[] _rowsInUse;
    private readonly bool[] _columnsInUse;

    private ChannelLayer(Node node, IStoredWeights weights, IStoredWeights? bias, int outputAxis)
    {
        (Node, Weights, Bias, OutputAxis) = (node, weights, bias, outputAxis);
        OutputCount = (int)weights.Elements.Shape[outputAxis];
        InputCount = (int)weights.Elements.Shape[InputAxis];
        KernelSize = (int)weights.Elements.Shape.Skip(2).Aggregate(1L, (a, b) => a * b);
        _rowsInUse = new bool[OutputCount];
        _columnsInUse = new bool[InputCount];
        MarkUses();
    }

    public Node Node { get; }
    public IStoredWeights Weights { get; }
    public IStoredWeights? Bias { get; }
    public int OutputAxis { get; }
    public int InputAxis => 1 - OutputAxis;
    public int OutputCount { get; }
    public int InputCount { get; }
    public string Name => Node.Name.Length > 0 ? Node.Name : Node.Outputs[0];

    /// <summary>How many places a kernel has: 1 for Gemm and MatMul.</summary>
    public int KernelSize { get; }

    /// <summary>The channels' axis of the value the layer makes.</summary>
    public ChannelAxis Axis => Node.OpType switch { "Conv" => ChannelAxis.Spatial, "Gemm" => ChannelAxis.Matrix, _ => ChannelAxis.Last };

    /// <summary>True where a constant other than 0 in an input channel adds a constant to each output: not where padding cuts it off at the border.</summary>
    public bool FoldsConstants => Node.OpType switch
    {
        "Conv" => Node.Text("auto_pad", "NOTSET") is "NOTSET" or "VALID" && Node.Ints("pads").All(p => p == 0),
        "Gemm" => Node.Float("beta", 1) != 0,
        _ => false,
    };

    public bool TakesInput(ChannelAxis axis) => Node.OpType switch
    {
        "Conv" => axis == ChannelAxis.Spatial,
        "Gemm" => axis == ChannelAxis.Matrix,
        _ => axis is ChannelAxis.Matrix or ChannelAxis.Last,
    };

    /// <summary>The layer of a node; null where it is of a kind that cannot be followed.</summary>
    public static ChannelLayer? Of(GraphIndex index, Node node)
    {
        int outputAxis;
        switch (node)
        {
            case { OpType: "Conv" } when node.Int("group", 1) == 1: outputAxis = 0; break;
            case { OpType: "Gemm" } when node.Int("transA", 0) == 0: outputAxis = node.Int("transB", 0) == 1 ? 0 : 1; break;
            case { OpType: "MatMul" }: outputAxis = 1; break;
            default: return null;
        }
        if (!node.IsStandard || node.Inputs.Length < 2 || StoredWeights.Of(index, node.Inputs[1]) is not { } weights) return null;
        var rank = weights.Elements.Shape.Length;
        if ((node.OpType == "Conv" ? rank < 3 : rank != 2) || !IsOwn(index, node.Inputs[1], node)) return null;
        if (node.Input(2).Length == 0) return new ChannelLayer(node, weights, null, outputAxis);
        // A bias of another shape is broadcast; [N] and [1, N] stand for the channels one by one.
        if (StoredWeights.Of(index, node.Inputs[2]) is not { } bias || bias.Elements.Shape.Length is not (1 or 2)) return null;
        return bias.Elements.Shape[^1] == weights.Elements.Shape[outputAxis] && bias.Elements.Count == bias.Elements.Shape[^1] && IsOwn(index, node.Inputs[2], node)
            ? new ChannelLayer(node, weights, bias, outputAxis) : null;
    }

    /// <summary>An output channel's value where all its weights are zero, so that no input reaches it; else null.</summary>
    public float? ConstantOutput(int row)
    {
        if (_rowsInUse[row]) return null;
        var bias = Bias is null ? 0 : Bias.Read(row, new float[1])[0];
        return Node.OpType == "Gemm" ? Node.Float("beta", 1) * bias : bias;
    }

    public bool UsesAny(int firstColumn, int columns) => _columnsInUse.AsSpan(firstColumn, columns).Contains(true);

    /// <summary>Adds to <paramref name="bias"/> what the constant <paramref name="value"/> in some input columns amounts to.</summary>
    public void FoldInto(double[] bias, int firstColumn, int columns, float value)
    {
        var factor = Node.OpType == "Gemm" ? value * (double)Node.Float("alpha", 1) / Node.Float("beta", 1) : value;
        if (OutputAxis == 1)
        {
            var buffer = new float[OutputCount];
            for (var column = firstColumn; column < firstColumn + columns; column++)
            {
                var weights = Weights.Read(column * OutputCount, buffer);
                for (var row = 0; row < weights.Length; row++) bias[row] += factor * weights[row];
            }
            return;
        }
        var run = new float[columns * KernelSize];
        for (var row = 0; row < bias.Length; row++)
        {
            double sum = 0;
            foreach (var w in Weights.Read((row * InputCount + firstColumn) * KernelSize, run)) sum += w;
            bias[row] += factor * sum;
        }
    }

    // Constants that something else uses too cannot shrink with this layer.
    private static bool IsOwn(GraphIndex index, string value, Node user)
    {
        if (index.IsOutput(value) || index.Consumers(value) is not [var only] || !ReferenceEquals(only, user) || user.Inputs.Count(i => i == value) != 1) return false;
        if (index.Constant(value) is not null || index.Producer(value) is not { } node) return true;
        return node.OpType switch
        {
            "Gather" => IsOwn(index, node.Inputs[1], node),
            "Cast" => IsOwn(index, node.Inputs[0], node),
            "DequantizeLinear" => node.Inputs.All(i => index.Constant(i) is { Count: 1 } || IsOwn(index, i, node)),
            _ => false,
        };
    }

    private void MarkUses()
    {
        var (majors, minors) = OutputAxis == 0 ? (_rowsInUse, _columnsInUse) : (_columnsInUse, _rowsInUse);
        var buffer = new float[minors.Length * KernelSize];
        for (var major = 0; major < majors.Length; major++)
        {
            var weights = Weights.Read(major * buffer.Length, buffer);
            for (var i = 0; i < weights.Length; i++)
            {
                if (weights[i] == 0) continue;
                majors[major] = true;
                minors[KernelSize == 1 ? i : i / KernelSize] = true;
            }
        }
    }
}
