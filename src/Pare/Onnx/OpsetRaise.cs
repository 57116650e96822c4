using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>
/// A model in a newer version of the standard's operators, where every operator keeps its meaning: attributes that became inputs are
/// moved, everything else that changed is refused.
/// </summary>
public static class OpsetRaise
{
    /// <summary>The oldest version that is raised: before it, broadcasting and batch normalisation had other rules.</summary>
    private const int Oldest = 7;

    /// <summary>The newest version that the rules here cover.</summary>
    private const int Newest = 21;

    /// <summary>IR version in which an initializer need not be an input, and those that came with opset 13 and 21.</summary>
    private const int IrOfConstants = 4, IrOfOpset13 = 7, IrOfOpset21 = 10;

    // Unchanged, or changed only in types and in what they refuse, from version 7 to 21.
    private static readonly HashSet<string> Unchanged =
    [
        "Abs", "Acos", "Add", "And", "ArgMax", "ArgMin", "Asin", "Atan", "AveragePool", "Cast", "Ceil", "Concat", "Constant", "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "DepthToSpace",
        "Div", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather", "GatherElements", "GatherND", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity",
        "InstanceNormalization", "LRN", "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log", "LpNormalization", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mish", "Mul", "Neg", "NonMaxSuppression", "Not",
        "OneHot", "Or", "PRelu", "Pow", "Range", "Reciprocal", "Relu", "Reshape", "Round", "ScatterElements", "ScatterND", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Size",
        "Softplus", "Softsign", "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile", "Transpose", "Where", "Xor", "QuantizeLinear", "DequantizeLinear",
    ];

    private static readonly HashSet<string> Reductions = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"];

    /// <summary>The model in at least the given version; models that are new enough come back as they are.</summary>
    /// <exception cref="BadInputException">An operator means something else in the newer version.</exception>
    public static Model To(Model model, int version)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, Newest);
        var from = model.OpsetVersion;
        if (from >= version) return model;
        if (from < Oldest) throw new BadInputException($"the model is written in opset {from}; opset {version} is needed, and {Oldest} or more can be raised to it");
        if (model.Functions.Length > 0) throw new BadInputException($"the model is written in opset {from} and defines functions; opset {version} is needed, and it cannot be raised");
        var raise = new Raise(model, (int)from, version);
        ImmutableArray<Node> nodes = [.. model.Graph.Nodes.Select(raise.Apply)];
        return WithConstantInitializers(model with
        {
            Opsets = [.. model.Opsets.Select(o => o.Domain is "" or "ai.onnx" ? o with { Version = version } : o)],
            IrVersion = Math.Max(model.IrVersion, version >= 21 ? IrOfOpset21 : IrOfOpset13),
            Graph = model.Graph with { Nodes = nodes, Initializers = model.Graph.Initializers.AddRange(raise.Tensors) },
        });
    }

    /// <summary>The model whose initializers are constants: an initializer that is an input as well may be replaced by a caller, so that no runtime folds it.</summary>
    public static Model WithConstantInitializers(Model model)
    {
        var given = model.Graph.Initializers.Select(t => t.Name).ToHashSet();
        if (given.Count == 0 || (model.IrVersion >= IrOfConstants && !model.Graph.Inputs.Any(i => given.Contains(i.Name)))) return model;
        return model with { IrVersion = Math.Max(IrOfConstants, model.IrVersion), Graph = model.Graph with { Inputs = model.Graph.Inputs.RemoveAll(i => given.Contains(i.Name)) } };
    }

    private sealed class Raise(Model model, int from, int to)
    {
        private readonly FreshNames _names = new(model.Graph);
        private readonly Lazy<IReadOnlyDictionary<string, TensorType>> _types = new(() => ShapeInference.Infer(model));
        private readonly Lazy<GraphIndex> _index = new(() => new GraphIndex(model.Graph));

        public List<Tensor> Tensors { get; } = [];

        public Node Apply(Node node)
        {
            if (!node.IsStandard) return node;
            if (node.Subgraphs.Any()) throw Refused(node, "it holds a graph of its own");
            if (Unchanged.Contains(node.OpType)) return node;
            if (Reductions.Contains(node.OpType)) return Crosses(18) ? Moved(node, "axes", 1) : node;
            return node.OpType switch
            {
                "BatchNormalization" => BatchNormalization(node),
                "Dropout" => Crosses(12) ? node.Without("ratio") : node,
                "Clip" => Crosses(11) ? Scalar(Scalar(node, "min", 1), "max", 2) : node,
                "Pad" => Crosses(11) ? Scalar(Moved(node, "pads", 1), "value", 2) : node,
                "Slice" => Crosses(10) ? Moved(Moved(Moved(node, "starts", 1), "ends", 2), "axes", 3) : node,
                "TopK" => Crosses(10) ? Moved(node, "k", 1) : node,
                "Squeeze" or "Unsqueeze" or "ReduceSum" => Crosses(13) ? Moved(node, "axes", 1) : node,
                "Split" => Split(node),
                "Softmax" or "LogSoftmax" or "Hardmax" => Softmax(node),
                "Upsample" => Upsample(node),
                "Resize" => Resize(node),
                _ => throw Refused(node, "Pare does not know whether it stays the same"),
            };
        }

        private bool Crosses(int version) => from < version && version <= to;

        private BadInputException Refused(Node node, string why) => new($"the model is written in opset {from}, opset {to} is needed, and {node} cannot be raised to it: {why}");

        private Node BatchNormalization(Node node)
        {
            if (node.Int("spatial", 1) != 1 || node.Outputs.Skip(1).Any(o => o.Length > 0)) throw Refused(node, "it normalizes in another way than newer versions can");
            return node.Without("spatial");
        }

        private Node Split(Node node)
        {
            if (Crosses(13)) node = Moved(node, "split", 1);
            return Crosses(18) && node.Input(1).Length == 0 ? node.With(NodeAttribute.Of("num_outputs", (long)node.Outputs.Length)) : node;
        }

        // Before version 13 all axes from the given one on were one; that is the same only for the last, and where those behind it have one place.
        private Node Softmax(Node node)
        {
            if (!Crosses(13)) return node;
            var axis = node.Int("axis", 1);
            if (_types.Value.GetValueOrDefault(node.Input(0)).Shape is not { } shape) throw Refused(node, "it takes several axes as one");
            if (axis < 0) axis += shape.Length;
            if (shape.Skip((int)axis + 1).Any(d => d.Value != 1)) throw Refused(node, "it takes several axes as one");
            return node.With(NodeAttribute.Of("axis", axis == shape.Length - 1 ? -1 : axis));
        }

        private Node Upsample(Node node)
        {
            if (!Crosses(10)) return node;
            if (node.Has("scales")) node = Moved(node, "scales", 1);
            node = node with { OpType = "Resize" };
            return to < 11 ? node : Asymmetric(node with { Inputs = [node.Input(0), "", node.Input(1)] }, "floor");
        }

        private Node Resize(Node node)
        {
            if (!Crosses(11)) return node;
            var scales = _index.Value.Constant(node.Input(1)) is { Type: ElementType.Float } known ? known.Floats.ToArray() : [];
            var shrinks = Array.Exists(scales, s => s < 1);
            if (shrinks && node.Text("mode", "nearest") == "nearest" && Array.Exists(scales, s => s > 1)) throw Refused(node, "it takes the nearest value along an axis that grows and along one that shrinks");
            return Asymmetric(node with { Inputs = [node.Input(0), "", node.Input(1)] }, shrinks ? "ceil" : "floor");
        }

        // The only rule there was before version 11; the nearest value was the next one where an axis shrank, as ONNX Runtime has it.
        private static Node Asymmetric(Node node, string nearest) =>
            node.With(NodeAttribute.Of("coordinate_transformation_mode", "asymmetric")).With(NodeAttribute.Of("nearest_mode", nearest));

        /// <summary>An attribute as an input of its own; left out where the node has none.</summary>
        private Node Moved(Node node, string attribute, int input)
        {
            if (!node.Has(attribute)) return node;
            var value = node.Attributes.First(a => a.Name == attribute).Value;
            return WithInput(node.Without(attribute), input, value switch
            {
                ImmutableArray<float> floats => Tensor.Of(Fresh(node, attribute), [floats.Length], floats.ToArray()),
                long number => Tensor.Of(Fresh(node, attribute), [1], [number]),
                _ => Tensor.Of(Fresh(node, attribute), [node.Ints(attribute).Length], node.Ints(attribute).ToArray()),
            });
        }

        private Node Scalar(Node node, string attribute, int input) =>
            node.Has(attribute) ? WithInput(node.Without(attribute), input, Tensor.Of(Fresh(node, attribute), [], [node.Float(attribute, 0)])) : node;

        private Node WithInput(Node node, int input, Tensor tensor)
        {
            Tensors.Add(tensor);
            var inputs = node.Inputs;
            while (inputs.Length <= input) inputs = inputs.Add("");
            return node with { Inputs = inputs.SetItem(input, tensor.Name) };
        }

        private string Fresh(Node node, string attribute) => _names.Of($"{node.Outputs[0]}.{attribute}");
    }
}
