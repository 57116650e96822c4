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

    [Fact]
    public void A_batch_that_the_model_does_not_take_is_one_line()
    {
        var model = ModelZoo.Build("lenet5");
        var fixedBatch = model with { Graph = model.Graph with { Inputs = [ValueInfo.Of("input", ElementType.Float, 3, 1, 28, 28)] } };
        Assert.Equal("batch 4; input input: Float[3,1,28,28] allows no other than its own",
            Assert.Throws<BadInputException>(() => LatencyMeter.Measure(fixedBatch, Short with { Batch = 4 })).Message);
    }

    [Fact]
    public void A_comparison_says_how_much_longer_the_second_takes()
    {
        var results = LatencyMeter.Compare([Load("lenet-300-100"), Load("squeezenet1.1")], Short with { Budget = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(new(1, 1, 1), results[0].Ratio);
        Assert.True(results[1].Ratio.Value > 1, $"{results[1].Ratio}");
        Assert.InRange(results[1].Ratio.Value, results[1].Ratio.Low, results[1].Ratio.High);
        Assert.All(results, r => Assert.True(r.LoadMs > 0 && r.ImagesPerSecond > 0));
        Assert.All(results, r => Assert.InRange(r.LatencyMs.Median, r.LatencyMs.MedianLow!.Value, r.LatencyMs.MedianHigh!.Value));

        static Func<OrtOptions, OrtModel> Load(string name)
        {
            var model = ModelZoo.Build(name);
            return o => new OrtModel(model, o);
        }
    }

    [Fact]
    public void Several_inputs_of_any_type_get_data()
    {
        ValueInfo[] inputs =
        [
            ValueInfo.Of("ids", ElementType.Int64, new Dimension(null, "batch"), 5), ValueInfo.Of("mask", ElementType.Bool, new Dimension(null, "batch"), 5),
            ValueInfo.Of("h", ElementType.Float16, 2), ValueInfo.Of("d", ElementType.Double), ValueInfo.Of("i", ElementType.Float, new Dimension(null, "batch"), new Dimension(null, "batch")),
        ];
        var tensors = RandomInputs.Of(inputs, new InputOptions { Batch = 3 });
        Assert.Equal(["3,5", "3,5", "2", "", "3,3"], tensors.Select(t => string.Join(',', t.Shape)));
        Assert.All(tensors[0].Int64s.ToArray(), id => Assert.Equal(0, id));
        Assert.All(tensors[1].Data.ToArray(), truth => Assert.Equal(0, truth));
        Assert.Contains(tensors[4].Floats.ToArray(), v => v is > 0 and < 1);
    }

    [Theory]
    [InlineData("?,3,?,?", "1,3,20,30")]
    [InlineData("?,?,?,3", "1,20,30,3")]
    [InlineData("2,1,?,28", "2,1,20,28")]
    public void The_size_fills_in_pictures(string shape, string filled)
    {
        var input = ValueInfo.Of("x", ElementType.Float, [.. shape.Split(',').Select(d => d == "?" ? Dimension.Unknown : long.Parse(d))]);
        Assert.Equal(filled, string.Join(',', RandomInputs.Shapes([input], new InputOptions { Size = new(30, 20) })[0]));
    }

    [Fact]
    public void What_cannot_be_made_up_is_one_line()
    {
        Assert.Equal("input ids: Int64[batch,sequence] leaves more open than its batch; only the size of pictures can be given",
            Assert.Throws<BadInputException>(() => RandomInputs.Of([ValueInfo.Of("ids", ElementType.Int64, new Dimension(null, "batch"), new Dimension(null, "sequence"))], new())).Message);
        Assert.StartsWith("input t: Text[1] is no tensor of numbers", Assert.Throws<BadInputException>(() => RandomInputs.Of([ValueInfo.Of("t", ElementType.Text, 1)], new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_are_counted_where_the_model_tells()
    {
        var (open, fixedBatch, vector) = (ValueInfo.Of("x", ElementType.Float, Dimension.Unknown, 4), ValueInfo.Of("x", ElementType.Float, 3, 4), ValueInfo.Of("x", ElementType.Float, 4));
        Assert.Equal(7, RandomInputs.Examples([open], [open], new InputOptions { Batch = 7 }));
        Assert.Equal(3, RandomInputs.Examples([fixedBatch], [fixedBatch], new()));
        Assert.Equal(1, RandomInputs.Examples([vector], [fixedBatch], new()));
    }
}
