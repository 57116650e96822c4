using Pare.Prune;
using Xunit;

namespace Pare.Tests.Prune;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.3, 0.7)]
    [InlineData(0.6, 0.8)]
    [InlineData(1, 0.8)]
    public void Sparsity_rises_by_the_cube_and_then_stays(double progress, double sparsity) =>
        // At half the ramp: 0.8 - 0.8 / 8.
        Assert.Equal(sparsity, new Schedule { Targets = [0.8] }.At(progress), 12);

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.25, 0.5)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.625, 0.85)]
    [InlineData(0.75, 0.9)]
    [InlineData(1, 0.9)]
    public void Each_cycle_starts_where_the_last_one_ended(double progress, double sparsity) =>
        Assert.Equal(sparsity, new Schedule { Targets = [0.5, 0.9], Start = 0.1, Ramp = 0.5 }.At(progress), 12);

    [Fact]
    public void Without_a_ramp_a_cycle_starts_at_its_target() =>
        Assert.Equal(0.5, new Schedule { Targets = [0.5], Ramp = 0 }.At(0));

    [Fact]
    public void Bad_values_are_named()
    {
        static string Message(Schedule schedule) => Assert.Throws<BadInputException>(() => schedule.At(0)).Message;
        Assert.Equal("sparsity is NaN, 0 up to below 1 is allowed", Message(new Schedule { Targets = [0.5, double.NaN] }));
        Assert.Equal("ramp is 1.5, 0 to 1 is allowed", Message(new Schedule { Targets = [0.5], Ramp = 1.5 }));
        Assert.Equal("the pruning schedule has no cycles, one or more are allowed", Message(new Schedule { Targets = [] }));
    }
}
