using Pare.Data;
using Pare.Data.Synthetic;
using Xunit;

namespace Pare.Tests.Data;

public sealed class GlyphsTests
{
    private static readonly DataSplits Data = Glyphs.Draw(0, Environment.ProcessorCount);

    [Fact]
    public void Has_ten_classes_equally_often_in_every_part()
    {
        Assert.Equal((10000, 6000, 6000), (Data.Train.Count, Data.Validation.Count, Data.Test.Count));
        Assert.Equal([1, 28, 28], Data.All.Shape);
        foreach (var part in new[] { Data.Train, Data.Validation, Data.Test })
            Assert.All(Enumerable.Range(0, part.Count).CountBy(part.Label), pair => Assert.Equal(part.Count / 10, pair.Value));
    }

    [Fact]
    public void Is_the_same_for_a_seed_on_any_number_of_threads()
    {
        var (again, other) = (Glyphs.Draw(0, 1, 100), Glyphs.Draw(1, 4, 100));

        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(Fakes.Values(Data.All, i), Fakes.Values(again, i)));
        Assert.NotEqual(Fakes.Values(Data.All, 0), Fakes.Values(other, 0));
    }

    [Fact]
    public void Can_be_learned_but_not_by_templates()
    {
        var means = new float[10][];
        for (var c = 0; c < 10; c++)
            means[c] = Mean(Enumerable.Range(0, 4000).Where(i => Data.Train.Label(i) == c).Select(i => Fakes.Values(Data.Train, i)));

        var right = Enumerable.Range(0, 500).Count(i => Nearest(means, Fakes.Values(Data.Test, i)) == Data.Test.Label(i));

        Assert.InRange(right / 500.0, 0.35, 0.65);
    }

    [Fact]
    public void Opens_by_name() => Assert.Equal(Fakes.Values(Data.All, 5), Fakes.Values(Fakes.Open("glyphs").All, 5));

    private static float[] Mean(IEnumerable<float[]> pictures) =>
        [.. pictures.Aggregate(new float[784], (sum, p) => [.. sum.Zip(p, (a, b) => a + b)]).Select(v => v / 400)];

    private static int Nearest(float[][] means, float[] picture) =>
        Enumerable.Range(0, means.Length).MinBy(c => means[c].Zip(picture, (a, b) => (a - b) * (a - b)).Sum());
}
