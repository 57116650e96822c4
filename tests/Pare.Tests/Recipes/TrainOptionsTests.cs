using Pare.Recipes;
using Xunit;

namespace Pare.Tests.Recipes;

public class TrainOptionsTests
{
    private static readonly TrainOptions Plain = new() { Epochs = 10, LearningRate = 1, WarmupEpochs = 1 };

    [Fact]
    public void The_rate_rises_over_the_warm_up_and_ends_at_zero()
    {
        Assert.Equal(0, Plain.LearningRateAt(0));
        Assert.Equal(0.5, Plain.LearningRateAt(0.05), 12);
        Assert.Equal(1, Plain.LearningRateAt(0.1), 12);
        Assert.Equal(0.5, Plain.LearningRateAt(0.55), 12);
        Assert.Equal(0, Plain.LearningRateAt(1), 12);
    }

    [Fact]
    public void One_cycle_starts_at_a_tenth_and_peaks_at_30_percent()
    {
        var options = Plain with { Schedule = ScheduleKind.OneCycle };
        Assert.Equal(0.1, options.LearningRateAt(0), 12);
        Assert.Equal(1, options.LearningRateAt(0.3), 12);
        Assert.Equal(0, options.LearningRateAt(1), 12);
    }

    [Theory]
    [InlineData(0.49, 1)]
    [InlineData(0.5, 0.1)]
    [InlineData(0.75, 0.01)]
    public void Steps_divide_by_ten(double progress, double rate) =>
        Assert.Equal(rate, (Plain with { Schedule = ScheduleKind.Step, WarmupEpochs = 0 }).LearningRateAt(progress), 12);

    [Fact]
    public void Little_data_gets_more_epochs()
    {
        var options = Plain with { BatchSize = 100, MinSteps = 1000 };
        Assert.Equal(100, options.For(1000).Epochs);
        Assert.Equal(10, options.For(60_000).Epochs);
    }

    [Fact]
    public void Values_out_of_range_are_named()
    {
        Assert.Equal("learning rate is NaN, a finite number above 0 is allowed", Refused(Plain with { LearningRate = double.NaN }));
        Assert.Equal("epochs is 0, 1 or more is allowed", Refused(Plain with { Epochs = 0 }));
        Assert.Equal("label smoothing is 1, 0 up to below 1 is allowed", Refused(Plain with { LabelSmoothing = 1 }));
    }

    private static string Refused(TrainOptions options) => Assert.Throws<BadInputException>(options.Validate).Message;
}
