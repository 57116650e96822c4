using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly ByteDataset Data = new([.. Enumerable.Range(0, 23 * 48).Select(i => (byte)(i * 7))], [.. Enumerable.Range(0, 23)], [3, 4, 4], []);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keeps_the_order_and_gives_the_rest_as_a_smaller_batch(bool ahead)
    {
        var batches = Copy(BatchLoader.Epoch(Data, 5, new Preprocess { Scale = 1 }, null, 0, 0, shuffle: false, ahead: ahead));

        Assert.Equal([5, 5, 5, 5, 3], batches.Select(b => b.Labels.Length));
        Assert.Equal(Enumerable.Range(0, 23), batches.SelectMany(b => b.Labels));
        Assert.Equal(Enumerable.Range(0, 23).SelectMany(i => Fakes.Values(Data, i)), batches.SelectMany(b => b.Inputs));
    }

    [Fact]
    public void Shuffles_by_seed_and_epoch_and_shows_every_example_once()
    {
        int[] Order(ulong seed, int epoch) => [.. Copy(BatchLoader.Epoch(Data, 4, new(), null, seed, epoch, shuffle: true)).SelectMany(b => b.Labels)];

        Assert.Equal(Order(1, 0), Order(1, 0));
        Assert.NotEqual(Order(1, 0), Order(1, 1));
        Assert.NotEqual(Order(1, 0), Order(2, 0));
        Assert.Equal(Enumerable.Range(0, 23), Order(1, 0).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(23)]
    public void An_example_looks_the_same_in_batches_of_any_size(int batchSize)
    {
        float[] Inputs(int size, int skip, bool ahead) => [.. Copy(BatchLoader.Epoch(Data, size, new(), Augmentation.Digits with { Flip = true }, 3, 4, shuffle: true, skip, ahead)).SelectMany(b => b.Inputs)];

        Assert.Equal(Inputs(7, 0, true), Inputs(batchSize, 0, true));
        Assert.Equal(Inputs(7, 0, true), Inputs(batchSize, 0, false));
        Assert.Equal(Inputs(7, 2, true), Inputs(7, 2, false));
    }

    [Fact]
    public void Augments_differently_in_every_epoch()
    {
        float[] Inputs(int epoch) => [.. Copy(BatchLoader.Epoch(Data, 23, new(), Augmentation.Digits with { KeepShare = 0 }, 3, epoch, shuffle: false)).SelectMany(b => b.Inputs)];

        Assert.NotEqual(Inputs(0), Inputs(1));
    }

    [Fact]
    public void Uses_no_more_arrays_than_are_in_flight()
    {
        var arrays = BatchLoader.Epoch(Data, 1, new(), null, 0, 0, shuffle: false).Select(b => b.Inputs).Distinct().Count();

        Assert.InRange(arrays, 1, 4);
    }

    [Fact]
    public void Can_be_left_early()
    {
        foreach (var batch in BatchLoader.Epoch(Data, 2, new(), null, 0, 0, shuffle: false))
        {
            if (batch.Labels[0] == 4) break;
        }
        Assert.Equal(0, BatchLoader.Epoch(Data, 2, new(), null, 0, 0, shuffle: false).First().Labels[0]);
    }

    [Fact]
    public void Says_before_the_first_batch_what_does_not_fit()
    {
        Assert.Contains("mean has 2 values, the data has 3 channels", Fakes.Rejection(() => BatchLoader.Epoch(Data, 2, new() { Mean = [1, 2] }, null, 0, 0, false)));
        var flat = new ByteDataset(new byte[4], [0, 1], [2], []);
        Assert.Contains("augmentation needs pictures", Fakes.Rejection(() => BatchLoader.Epoch(flat, 2, new(), Augmentation.Photos, 0, 0, false)));
    }

    private static List<(float[] Inputs, int[] Labels)> Copy(IEnumerable<Batch> batches) => [.. batches.Select(b => ((float[])b.Inputs.Clone(), (int[])b.Labels.Clone()))];
}
