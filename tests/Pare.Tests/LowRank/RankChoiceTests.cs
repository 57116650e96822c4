using Pare.LowRank;
using Xunit;

namespace Pare.Tests.LowRank;

public class RankChoiceTests
{
    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(0.3)]
    [InlineData(0.05)]
    public void A_share_of_the_multiply_adds_is_held_and_used(double share)
    {
        List<LayerCurves> layers = [Curves.Dense("a", 100, 80, 0.9), Curves.Dense("b", 60, 90, 0.95), Curves.Dense("c", 200, 10, 0.8)];
        const long Other = 100;
        var whole = layers.Sum(l => l.Layer.Macs) + Other;
        var after = Other + RankChoice.ByMacs(layers, share, Other).Sum(c => c.Candidates.Count == 0 ? c.Layer.Macs : c.Candidates.Max(o => o.Macs));
        // A rank of the largest layer costs 210: less than that is left over.
        Assert.InRange(after, share * whole - 210, share * whole);
    }

    [Fact]
    public void The_layer_that_loses_less_gives_more()
    {
        var choices = RankChoice.ByMacs([Curves.Dense("steep", 100, 100, 0.5), Curves.Dense("flat", 100, 100, 0.95)], 0.5, 0);
        Assert.True(choices[0].Candidates[0].Rank < choices[1].Candidates[0].Rank);
    }

    [Fact]
    public void A_layer_that_gives_up_more_than_others_stays_whole()
    {
        var choices = RankChoice.ByMacs([Curves.Dense("steep", 100, 100, 0.3), Curves.Dense("flat", 100, 100, 1)], 0.9, 0);
        Assert.Equal("others give up less", choices[1].Reason);
        Assert.NotEmpty(choices[0].Candidates);
    }

    [Fact]
    public void A_share_out_of_reach_says_how_far_it_goes()
    {
        var error = Assert.Throws<OutOfReachException>(() => RankChoice.ByMacs([Curves.Dense("a", 10, 10)], 0.1, 100));
        Assert.Equal("macs is 0.1; with every layer at its lowest rank the network takes 0.6 of its 200 multiply-adds", error.Message);
    }

    [Fact]
    public void Energy_takes_the_lowest_rank_that_keeps_it()
    {
        // 1/2 + 1/4 + 1/8 of nearly 1.
        Assert.Equal(3, RankChoice.ByEnergy([Curves.Dense("a", 100, 100)], 0.87)[0].Candidates[0].Rank);
        Assert.Equal(4, RankChoice.ByEnergy([Curves.Dense("a", 100, 100)], 0.88)[0].Candidates[0].Rank);
    }

    [Fact]
    public void A_layer_that_would_not_get_smaller_stays_with_its_reason()
    {
        var choice = RankChoice.ByEnergy([Curves.Dense("a", 100, 100, 1)], 0.9)[0];
        Assert.Empty(choice.Candidates);
        Assert.Equal("rank 90 of 100 would cost 1.80x as much", choice.Reason);
    }

    [Fact]
    public void A_rank_above_the_matrix_is_refused()
    {
        var error = Assert.Throws<BadInputException>(() => RankChoice.Fixed([Curves.Dense("fc", 100, 10).Layer], 11));
        Assert.Equal("rank is 11; layer 'fc' has rank 10 at most (a lower rank, or the layer excluded, is allowed)", error.Message);
    }

    [Fact]
    public void Ranks_come_from_one_rule()
    {
        Assert.Throws<BadInputException>(() => new FactorizeOptions().Validate());
        Assert.Throws<BadInputException>(() => new FactorizeOptions { Rank = 1, Energy = 0.5 }.Validate());
        Assert.Throws<BadInputException>(() => new FactorizeOptions { Energy = double.NaN }.Validate());
        Assert.Throws<BadInputException>(() => new FactorizeOptions { Macs = 1 }.Validate());
        Assert.Throws<BadInputException>(() => new FactorizeOptions { Rank = 0 }.Validate());
    }
}
