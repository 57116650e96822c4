using Pare.Onnx;
using Pare.Torch.Training;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Training;

public sealed class TrainingStepTests
{
    [Fact]
    public void A_step_takes_time_and_leaves_the_model_alone()
    {
        var model = ModelZoo.Build("lenet5");
        var before = OnnxWriter.ToBytes(model);
        var step = TrainingStep.Measure(model, [4, 1, 28, 28], threads: 1, TimeSpan.FromMilliseconds(10));
        Assert.True(step is { Median: > 0, Runs: >= 3 });
        Assert.Equal(before, OnnxWriter.ToBytes(model));
    }

    [Fact]
    public void Token_inputs_are_refused_in_one_line()
    {
        var model = ModelZoo.Build("lenet5");
        var tokens = model with { Graph = model.Graph with { Inputs = [ValueInfo.Of("input", ElementType.Int64, 1, 5)] } };
        Assert.Equal("the network takes input: Int64[1,5]; one float tensor is needed",
            Assert.Throws<BadInputException>(() => TrainingStep.Measure(tokens, [1, 5], 1, TimeSpan.Zero)).Message);
    }
}
