using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Zoo;

public sealed class GaussianNoiseTests
{
    [Fact]
    public void Moments_are_those_of_a_normal_distribution()
    {
        var values = new float[1_000_000];
        GaussianNoise.Fill(values, 1, 2);
        Assert.DoesNotContain(0f, values);
        // Five deviations of each estimate; the kurtosis of eight added uniforms is 3 - 6/5/8.
        Assert.Equal(0, values.Average(v => (double)v), 0.01);
        Assert.Equal(4, values.Average(v => (double)v * v), 0.03);
        Assert.Equal(0, values.Average(v => Math.Pow(v / 2, 3)), 0.02);
        Assert.Equal(2.85, values.Average(v => Math.Pow(v / 2, 4)), 0.05);
    }

    [Fact]
    public void Neighbours_and_seeds_are_uncorrelated()
    {
        float[] a = new float[100_000], b = new float[100_000];
        GaussianNoise.Fill(a, GaussianNoise.SeedOf(0, "conv1.weight"), 1);
        GaussianNoise.Fill(b, GaussianNoise.SeedOf(0, "conv2.weight"), 1);
        Assert.Equal(0, a.Zip(b, (x, y) => (double)x * y).Average(), 0.02);
        Assert.Equal(0, a.Zip(a.Skip(1), (x, y) => (double)x * y).Average(), 0.02);
    }

    [Fact]
    public void Values_are_fixed_bit_by_bit()
    {
        var values = new float[3];
        GaussianNoise.Fill(values, GaussianNoise.SeedOf(0, "ip1.weight"), 1);
        Assert.Equal([1073073159, -1078784298, -1107232596], values.Select(BitConverter.SingleToInt32Bits));
    }
}
