using Pare.Recipes;
using Xunit;

namespace Pare.Tests.Recipes;

public sealed class SizeEstimateTests
{
    [Fact]
    public void Different_values_take_four_bytes_each() => Assert.Equal(400, SizeEstimate.Of([.. Enumerable.Range(1, 100).Select(i => (float)i)]), 1e-9);

    [Fact]
    public void Two_equally_frequent_values_take_a_bit_each_and_a_codebook() =>
        Assert.Equal(1024 / 8 + 2 * 4, SizeEstimate.Of([.. Enumerable.Range(0, 1024).Select(i => i % 2 == 0 ? -0.5f : 0.5f)]), 1e-9);

    [Fact]
    public void Zeros_cost_only_what_tells_the_places_of_the_others()
    {
        // One place of 256: 8 bits for it, the rest of the entropy for the zeros, 4 bytes for its value.
        var values = new float[256];
        values[7] = 3;
        Assert.Equal((8 + 255 * Math.Log2(256 / 255.0)) / 8 + 4, SizeEstimate.Of(values), 1e-9);
        Assert.Equal(0, SizeEstimate.Of(new float[256]));
        Assert.Equal(0, SizeEstimate.Of([]));
    }
}
