using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class SplittingTests
{
    [Fact]
    public void Parts_never_overlap_and_leave_nothing_out() =>
        Gen.Select(Gen.Int[1, 400], Gen.ULong).Sample((count, seed) =>
        {
            var splits = Divide(count, seed);
            var all = Indices(splits.Train).Concat(Indices(splits.Validation)).Concat(Indices(splits.Test));
            return all.Order().SequenceEqual(Enumerable.Range(0, count)) && splits.Train.Count > 0;
        });

    [Fact]
    public void A_fifth_is_for_testing_and_a_tenth_of_the_rest_for_validation()
    {
        var splits = Divide(1000, 0);

        Assert.Equal((720, 80, 200), (splits.Train.Count, splits.Validation.Count, splits.Test.Count));
    }

    [Fact]
    public void Validation_takes_at_most_5000() => Assert.Equal(5000, Divide(100_000, 0).Validation.Count);

    [Fact]
    public void The_split_of_a_seed_never_changes()
    {
        var text = string.Join(',', Indices(Divide(1000, 7).Test).Concat(Indices(Divide(1000, 7).Validation)));

        Assert.Equal("ce9187041534fd29", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)))[..16]);
    }

    [Fact]
    public void Another_seed_gives_another_split() => Assert.NotEqual(Indices(Divide(1000, 0).Test), Indices(Divide(1000, 1).Test));

    [Fact]
    public void Refuses_to_split_nothing() => Assert.Contains("holds no examples", Fakes.Rejection(() => Divide(0, 0)));

    [Fact]
    public void For_a_strangers_network_choices_and_figures_come_from_the_two_halves_of_the_test_part()
    {
        var all = new ByteDataset(new byte[100], [.. Enumerable.Range(0, 100)], [1], []);
        var data = Splitting.Divide("d", all, i => i < 60 ? Part.Train : Part.Test, seed: 1);
        var strangers = data.ForStrangers(1);
        var (validation, test) = (Labels(strangers.Validation), Labels(strangers.Test));
        Assert.Equal(20, validation.Count);
        Assert.Equal(Enumerable.Range(60, 40), validation.Concat(test).Order());
        Assert.Equal(validation, Labels(data.ForStrangers(1).Validation));
        Assert.NotEqual(validation, Labels(data.ForStrangers(2).Validation));
        var own = Splitting.Divide("d", all, _ => Part.Any, seed: 1);
        Assert.Same(own, own.ForStrangers(1));

        static List<int> Labels(IDataset d) => [.. Enumerable.Range(0, d.Count).Select(d.Label)];
    }

    private static DataSplits Divide(int count, ulong seed) =>
        Splitting.Divide("d", new ByteDataset(new byte[count], new int[count], [1], []), _ => Part.Any, seed);

    private static System.Collections.Immutable.ImmutableArray<int> Indices(IDataset part) => ((Subset)part).Indices;
}
