using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

/// <summary>Every model of the standard's vectors through reader, writer, verifier, inference and evaluation.</summary>
public sealed class VectorTests
{
    [Fact]
    public void Every_vector_survives_writing_and_reading()
    {
        var broken = Vectors.Files().Select(file =>
        {
            var model = OnnxFile.Read(file);
            return ModelDifference.First(model, OnnxReader.Read(OnnxWriter.ToBytes(model))) is { } difference ? $"{file}: {difference}" : null;
        }).Where(b => b is not null);
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_vector_passes_the_verifier()
    {
        var rejected = Vectors.Files().Select(file => Rejection(OnnxFile.Read(file)) is { } why ? $"{file}: {why}" : null).Where(r => r is not null);
        Assert.Empty(rejected);
    }

    [Fact]
    public void Inferred_shapes_are_those_the_vectors_hold()
    {
        var wrong = new List<string>();
        foreach (var (test, path) in Vectors.Nodes())
        {
            var model = OnnxFile.Read(path);
            var outputs = Vectors.Data(path, "output");
            var inferred = ShapeInference.Infer(WithoutStatedOutputs(model));
            for (var i = 0; i < Math.Min(outputs.Length, model.Graph.Outputs.Length); i++)
            {
                if (outputs[i] is not { } output || !inferred.TryGetValue(model.Graph.Outputs[i].Name, out var type)) continue;
                if (type.Type != ElementType.Undefined && type.Type != output.Type) wrong.Add($"{test}: {type.Type}, the vector is {output.Type}");
                if (type.Shape is { } shape && (shape.Length != output.Shape.Length || shape.Zip(output.Shape).Any(p => p.First.Value is { } n && n != p.Second)))
                    wrong.Add($"{test}: [{string.Join(',', shape)}], the vector is [{string.Join(',', output.Shape)}]");
            }
        }
        Assert.Empty(wrong);
    }

    // Operators whose output depends on more than shapes and small integers, or that are outside the list Pare infers.
    [Fact]
    public void Shapes_of_the_listed_operators_are_inferred_completely()
    {
        string[] listed =
        [
            "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Clip", "Erf",
            "Gelu", "Softplus", "Softmax", "LogSoftmax", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LRN", "InstanceNormalization", "LayerNormalization", "Add", "Sub",
            "Mul", "Div", "Pow", "Sqrt", "Exp", "Log", "Neg", "Abs", "Min", "Max", "Concat", "Split", "Flatten", "Transpose", "Gather", "Where", "Equal", "Cast", "Shape", "Constant",
            "Dropout", "Identity", "QuantizeLinear", "DequantizeLinear", "Reshape", "Squeeze", "Unsqueeze", "Expand", "Tile", "Pad", "Resize", "Slice", "ConstantOfShape", "Range",
            "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare",
        ];
        var incomplete = new List<string>();
        foreach (var (test, path) in Vectors.Nodes())
        {
            var model = OnnxFile.Read(path);
            if (model.Graph.Nodes.Length != 1 || !model.Graph.Nodes[0].IsStandard || !listed.Contains(model.Graph.Nodes[0].OpType)) continue;
            var inferred = ShapeInference.Infer(WithoutStatedOutputs(WithInputsAsConstants(model, path)));
            foreach (var output in model.Graph.Outputs.Where(o => o.OtherType.Length == 0))
                if (!inferred.TryGetValue(output.Name, out var type) || type.Sizes is null) incomplete.Add($"{test}: {(inferred.ContainsKey(output.Name) ? type : "nothing")}");
        }
        Assert.Empty(incomplete);
    }

    [Fact]
    public void Evaluated_nodes_give_the_vectors_outputs()
    {
        var wrong = new List<string>();
        var covered = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (test, path) in Vectors.Nodes())
        {
            var model = OnnxFile.Read(path);
            if (model.Graph.Nodes is not [{ Outputs.Length: 1 } node]) continue;
            var given = model.Graph.Inputs.Select(i => i.Name).Zip(Vectors.Data(path, "input")).ToDictionary(p => p.First, p => p.Second);
            if (node.Inputs.Any(i => i.Length > 0 && given.GetValueOrDefault(i) is null)) continue;
            if (ConstantFolding.Evaluate(node, [.. node.Inputs.Select(given.GetValueOrDefault)], model.OpsetVersion) is not { } result) continue;
            covered.Add(node.OpType);
            var expected = Vectors.Data(path, "output")[0]!;
            if (result.Type != expected.Type || !result.Shape.SequenceEqual(expected.Shape)) wrong.Add($"{test}: {result.Type}[{string.Join(',', result.Shape)}], the vector is {expected.Type}[{string.Join(',', expected.Shape)}]");
            else if (!Close(result, expected)) wrong.Add($"{test}: elements differ");
        }
        Assert.Empty(wrong);
        Assert.Superset(
            new HashSet<string>(["Cast", "Concat", "Constant", "ConstantOfShape", "DequantizeLinear", "Div", "Equal", "Expand", "Flatten", "Gather", "Identity", "Mul", "Neg", "QuantizeLinear", "Range",
                "Reshape", "Shape", "Slice", "Sqrt", "Squeeze", "Sub", "Transpose", "Unsqueeze", "Where", "Add"]), covered);
    }

    // A division or square root may differ by one unit in the last place from numpy's.
    private static bool Close(Tensor a, Tensor b) => a.Type == ElementType.Float
        ? a.Floats.ToArray().Zip(b.Floats.ToArray()).All(p => p.First.Equals(p.Second) || Math.Abs(p.First - p.Second) <= 1e-6f * Math.Abs(p.Second))
        : a.Data.Span.SequenceEqual(b.Data.Span);

    private static string? Rejection(Model model)
    {
        try
        {
            GraphSpec.Verify(model);
            return null;
        }
        catch (BadInputException e)
        {
            return e.Message;
        }
    }

    private static Model WithoutStatedOutputs(Model model) =>
        model with { Graph = model.Graph with { Outputs = [.. model.Graph.Outputs.Select(o => new ValueInfo { Name = o.Name })], Values = [] } };

    private static Model WithInputsAsConstants(Model model, string path)
    {
        var tensors = model.Graph.Inputs.Zip(Vectors.Data(path, "input")).Where(p => p.Second is not null).Select(p => p.Second! with { Name = p.First.Name });
        return model with { Graph = model.Graph with { Initializers = model.Graph.Initializers.AddRange(tensors) } };
    }
}
