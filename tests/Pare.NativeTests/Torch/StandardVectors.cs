using Pare.Onnx;
using Pare.Onnx.Wire;
using Pare.Torch;
using TorchSharp;

namespace Pare.NativeTests.Torch;

/// <summary>One vector of the ONNX standard: a model, and sets of inputs and outputs.</summary>
internal sealed record StandardVector(string Name, string Folder, Model Model)
{
    /// <summary>The operators that training must have.</summary>
    private static readonly HashSet<string> Required =
    [
        "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "HardSwish",
        "Tanh", "Clip", "Erf", "Gelu", "Softplus", "Softmax", "LogSoftmax", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceL1",
        "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "LRN",
        "InstanceNormalization", "LayerNormalization", "Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Exp", "Log", "Neg", "Abs", "Min", "Max", "Concat",
        "Split", "Slice", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Tile", "Pad", "Resize", "Gather", "Where", "Equal", "Cast",
        "Shape", "Constant", "ConstantOfShape", "Range", "Dropout", "Identity", "QuantizeLinear", "DequantizeLinear",
    ];

    /// <summary>Operators that come on top.</summary>
    private static readonly HashSet<string> More =
    [
        "And", "ArgMax", "ArgMin", "CastLike", "Ceil", "Celu", "Cos", "CumSum", "DepthToSpace", "Einsum", "Floor", "GatherElements", "Greater",
        "GreaterOrEqual", "Hardmax", "IsInf", "IsNaN", "Less", "LessOrEqual", "Mean", "MeanVarianceNormalization", "Mod", "Not", "OneHot", "Or", "Reciprocal",
        "Round", "ScatterElements", "Shrink", "Sign", "Sin", "Size", "Softsign", "SpaceToDepth", "Sum", "ThresholdedRelu", "TopK", "Trilu", "Upsample", "Xor",
    ];

    /// <summary>True where every operator is one that training has.</summary>
    public bool Applies => Model.Graph.Nodes.All(n => n.IsStandard && (Required.Contains(n.OpType) || More.Contains(n.OpType)));

    /// <summary>True where every operator is one that training must have.</summary>
    public bool IsRequired => Applies && Model.Graph.Nodes.All(n => Required.Contains(n.OpType));

    /// <summary>The inputs and the outputs wanted, by name.</summary>
    public IEnumerable<(Dictionary<string, torch.Tensor> Inputs, Dictionary<string, torch.Tensor> Outputs)> DataSets()
    {
        foreach (var set in Directory.GetDirectories(Folder, "test_data_set_*").Order(StringComparer.Ordinal))
            yield return (Values(set, "input", Model.Graph.Inputs), Values(set, "output", Model.Graph.Outputs));
    }

    private static Dictionary<string, torch.Tensor> Values(string set, string kind, IReadOnlyList<ValueInfo> infos)
    {
        var values = new Dictionary<string, torch.Tensor>();
        for (var i = 0; File.Exists(Path.Combine(set, $"{kind}_{i}.pb")); i++)
            values[infos[i].Name] = ToTorch(Typed(OnnxReader.ReadTensor(File.ReadAllBytes(Path.Combine(set, $"{kind}_{i}.pb"))), infos[i].Type));
        return values;
    }

    // The vectors keep bfloat16 as the uint16 of the same bits; the graph says which it is.
    private static Tensor Typed(Tensor tensor, ElementType type) =>
        tensor.Type == ElementType.UInt16 && type == ElementType.BFloat16 ? tensor with { Type = type } : tensor;

    // Through a graph that is one constant, the conversion every graph uses.
    private static torch.Tensor ToTorch(Tensor tensor)
    {
        var model = new Model { Graph = new Graph { Initializers = [tensor with { Name = "c" }], Outputs = [new ValueInfo { Name = "c" }] } };
        using var graph = new TorchGraph(model);
        return graph.Run(new Dictionary<string, torch.Tensor>(), training: false)["c"].clone();
    }
}

internal static class StandardVectors
{
    /// <summary>Vectors that cannot be held against training, each with its reason.</summary>
    public static readonly Dictionary<string, string> Excluded = new()
    {
        ["test_cast_FLOAT_to_STRING"] = Text,
        ["test_cast_STRING_to_FLOAT"] = Text,
        ["test_castlike_FLOAT_to_STRING"] = Text,
        ["test_castlike_STRING_to_FLOAT"] = Text,
        ["test_castlike_FLOAT_to_STRING_expanded"] = Text,
        ["test_castlike_STRING_to_FLOAT_expanded"] = Text,
        ["test_cast_FLOAT_to_BFLOAT16"] = CutOff,
        ["test_castlike_FLOAT_to_BFLOAT16"] = CutOff,
        ["test_castlike_FLOAT_to_BFLOAT16_expanded"] = CutOff,
        ["test_identity_opt"] = NoTensor,
        ["test_identity_sequence"] = NoTensor,
        ["test_training_dropout"] = Random,
        ["test_training_dropout_default"] = Random,
        ["test_training_dropout_default_mask"] = Random,
        ["test_training_dropout_mask"] = Random,
    };

    private const string Text = "text: torch has no such tensors";
    private const string CutOff = "these vectors cut the low bits off; torch and ONNX Runtime round to the nearest";
    private const string NoTensor = "a sequence or optional: values of a trained graph are tensors";
    private const string Random = "which elements are dropped depends on the random generator";

    public static IEnumerable<StandardVector> Load(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var own = Path.GetDirectoryName(file)!;
            yield return new StandardVector(Path.GetFileName(own), own, OnnxFile.Read(file));
        }
    }
}
