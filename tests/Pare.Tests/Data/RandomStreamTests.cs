using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class RandomStreamTests
{
    [Fact]
    public void A_key_gives_the_same_numbers_and_its_neighbours_give_others()
    {
        var first = new RandomStream(1, 2, 3).Next();

        Assert.Equal(first, new RandomStream(1, 2, 3).Next());
        Assert.Equal(5, new HashSet<ulong> { first, new RandomStream(1, 3, 2).Next(), new RandomStream(2, 1, 3).Next(), new RandomStream(1, 2, 4).Next(), new RandomStream(1).Next() }.Count);
    }

    [Fact]
    public void Bell_has_mean_0_and_deviation_1()
    {
        var random = new RandomStream(5);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.Bell()).ToList();

        // Five standard errors: 5/sqrt(100,000) for the mean, about 0.012 for the variance.
        Assert.InRange(values.Average(), -0.016, 0.016);
        Assert.InRange(values.Average(v => v * v), 0.98, 1.02);
    }

    [Fact]
    public void Below_reaches_every_number_equally_often()
    {
        var random = new RandomStream(9);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[random.Below(7)]++;

        // Five deviations of a binomial count with mean 10,000.
        Assert.All(counts, count => Assert.InRange(count, 9_530, 10_470));
    }
}
