using Pare.Onnx;
using Pare.Ort;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class LatencyMeterTests
{
    private static readonly LatencyOptions Short = new() { Budget = TimeSpan.FromMilliseconds(10) };

    [Fact]
    public void Models_take_turns_and_so_have_equally_many_runs()
    {
        var latencies = LatencyMeter.Measure([ModelZoo.Build("lenet-300-100"), ModelZoo.Build("lenet5")], Short with { Batch = 4 });
        Assert.Equal(2, latencies.Count);
        Assert.True(latencies[0].Runs >= LatencyMeter.MinRuns);
        Assert.Equal(latencies[0].Runs, latencies[1].Runs);
        Assert.All(latencies, l => Assert.InRange(l.Median, double.Epsilon, l.P95));
    }

    [Fact]
    public void An_open_size_must_be_given()
    {
        var model = ModelZoo.Build("lenet5");
        var open = model with { Graph = model.Graph with { Inputs = [ValueInfo.Of("input", ElementType.Float, Dimension.Unknown, 1, 28, Dimension.Unknown)] } };
        Assert.Equal("input input: Float[?,1,28,?] leaves the size of an example open; it must be given",
            Assert.Throws<BadInputException>(() => LatencyMeter.Measure(open, Short)).Message);
        Assert.True(LatencyMeter.Measure(open, Short with { ExampleShape = [1, 28, 28] }).Runs >= LatencyMeter.MinRuns);
    }

    [Fact]
    public void A_fixed_batch_is_kept()
    {
        var model = ModelZoo.Build("lenet5");
        var fixedBatch = model with { Graph = model.Graph with { Inputs = [ValueInfo.Of("input", ElementType.Float, 3, 1, 28, 28)] } };
        Assert.True(LatencyMeter.Measure(fixedBatch, Short).Runs >= LatencyMeter.MinRuns);
        Assert.Equal("batch 0; at least 1 is needed", Assert.Throws<BadInputException>(() => LatencyMeter.Measure(model, Short with { Batch = 0 })).Message);
    }
}
