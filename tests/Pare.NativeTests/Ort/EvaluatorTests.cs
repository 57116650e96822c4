using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class EvaluatorTests
{
    private static readonly Preprocess UnitScale = new();
    private static readonly ArrayDataset Pictures = new(600, [1, 28, 28], i => i % 10, (i, j) => (i * 31 + j * j) % 256);

    [Fact]
    public void A_constant_model_scores_the_share_of_its_class()
    {
        var result = Evaluator.Top1(AlwaysClass(3), Pictures, UnitScale);
        Assert.Equal(0.1, result.Value, 12);
        Assert.Equal(600, result.Count);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => i % 10 == 3 ? 1f : 0f), result.Scores);
    }

    [Fact]
    public void A_model_with_a_fixed_batch_scores_the_same()
    {
        var model = ModelZoo.Build("lenet5");
        var free = Evaluator.Agreement(model, WithBatch(model, 7), Pictures, UnitScale);
        Assert.Equal(1, free.Value);
        Assert.Equal(600, free.Count);
    }

    [Fact]
    public void A_model_agrees_with_itself_whatever_its_outputs_are()
    {
        Assert.Equal(1, Evaluator.Agreement(ModelZoo.Build("lenet5"), ModelZoo.Build("lenet5"), Pictures, UnitScale).Value);
        Assert.Equal(1, Evaluator.Agreement(Scaled(1), Scaled(1), Pictures, UnitScale).Value);
    }

    [Fact]
    public void Outputs_that_are_no_score_vector_agree_by_their_relative_error()
    {
        var result = Evaluator.Agreement(Scaled(1), Scaled(0.75f), Pictures, UnitScale);
        Assert.Equal(0.75, result.Value, 1e-6);
        Assert.Equal("scaled", result.Output);
    }

    [Fact]
    public void Data_that_does_not_fit_is_refused_in_one_line()
    {
        var model = ModelZoo.Build("lenet5");
        Assert.Equal("example 0 has no label; the model's output 'scores' allows 0 to 9", Refusal(() =>
            Evaluator.Top1(model, new ArrayDataset(3, [1, 28, 28], _ => -1, (_, _) => 0), UnitScale)));
        Assert.Equal("example 2 has label 12; the model's output 'scores' allows 0 to 9", Refusal(() =>
            Evaluator.Top1(model, new ArrayDataset(3, [1, 28, 28], i => i == 2 ? 12 : 0, (_, _) => 0), UnitScale)));
        Assert.Equal("an example is 3x28x28; the model's input is input: Float[batch,1,28,28]", Refusal(() =>
            Evaluator.Top1(model, new ArrayDataset(3, [3, 28, 28], _ => 0, (_, _) => 0), UnitScale)));
        Assert.Equal("output 'scores' is [256,5], the reference's 'scores' is [256,10]; they must be the same", Refusal(() =>
            Evaluator.Agreement(model, ModelZoo.Build("lenet5", new() { Classes = 5 }), Pictures, UnitScale)));
    }

    private static string Refusal(Action action) => Assert.Throws<BadInputException>(action).Message;

    private static Model AlwaysClass(int label)
    {
        var model = ModelZoo.Build("lenet-300-100");
        var bias = new float[10];
        bias[label] = 1;
        return model with
        {
            Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor>
            {
                ["ip3.weight"] = Tensor.Of("ip3.weight", [10, 100], new float[1000]), ["ip3.bias"] = Tensor.Of("ip3.bias", [10], bias),
            }),
        };
    }

    private static Model WithBatch(Model model, int batch)
    {
        var input = model.Graph.Inputs[0];
        return model with { Graph = model.Graph with { Inputs = [input with { Shape = input.Shape!.Value.SetItem(0, batch) }] } };
    }

    /// <summary>Two outputs: the pictures themselves and the pictures times a factor.</summary>
    private static Model Scaled(float factor)
    {
        Dimension batch = new(null, "batch");
        ImmutableArray<ValueInfo> Described(params string[] names) => [.. names.Select(n => ValueInfo.Of(n, ElementType.Float, batch, 1, 28, 28))];
        return new Model
        {
            Graph = new Graph
            {
                Name = "scaled", Inputs = Described("input"), Outputs = Described("same", "scaled"),
                Initializers = [Tensor.Of("factor", [], [factor])],
                Nodes =
                [
                    new Node { OpType = "Identity", Inputs = ["input"], Outputs = ["same"] },
                    new Node { OpType = "Mul", Inputs = ["input", "factor"], Outputs = ["scaled"] },
                ],
            },
        };
    }
}
