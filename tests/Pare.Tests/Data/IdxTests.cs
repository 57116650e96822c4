using Xunit;

namespace Pare.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_plain_training_and_gzipped_test_pictures()
    {
        WriteSet("train", 20);
        _folder.WriteGzip("t10k-images-idx3-ubyte.gz", Images(4, 2, 3, first: 200));
        _folder.WriteGzip("t10k-labels-idx1-ubyte.gz", Labels(4));

        var data = Fakes.Open(_folder.Path);

        Assert.True(data.HasOwnTest);
        Assert.Equal((18, 2, 4, 24), (data.Train.Count, data.Validation.Count, data.Test.Count, data.All.Count));
        Assert.Equal([1, 2, 3], data.All.Shape);
        Assert.Equal([200f, 201, 202, 203, 204, 205], Fakes.Values(data.Test, 0));
        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, 4).Select(data.Test.Label));
    }

    [Fact]
    public void Splits_off_a_test_part_where_there_is_none()
    {
        WriteSet("train", 20);

        var data = Fakes.Open(_folder.Path);

        Assert.False(data.HasOwnTest);
        Assert.Equal((15, 1, 4), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Theory]
    [InlineData("504B0304", "not an IDX file")]
    [InlineData("00000D03", "only unsigned bytes")]
    [InlineData("00000800", "0 dimensions")]
    [InlineData("00000807", "7 dimensions")]
    [InlineData("0000", "truncated")]
    [InlineData("00000803000000010000000200000003" + "0102", "truncated")]
    [InlineData("00000803000000010000000200000003" + "01020304050607", "longer than its header")]
    [InlineData("00000803000000000000000200000003", "dimension 0 is 0")]
    [InlineData("00000803FFFFFFFF0000000200000003", "dimension 0 is 4294967295")]
    [InlineData("00000803000100000001000000010000", "dimension 1 is 65536")]
    [InlineData("0000080200000001000000020102", "has 2 dimensions, pictures need 3 or 4")]
    public void Names_what_is_wrong_with_a_picture_file(string bytes, string message)
    {
        WriteSet("train", 1);
        _folder.Write("train-images-idx3-ubyte", Convert.FromHexString(bytes));

        Assert.Contains(message, Fakes.Rejection(() => Fakes.Open(_folder.Path)));
    }

    [Fact]
    public void Allocates_by_what_is_there_and_not_by_what_the_header_promises()
    {
        WriteSet("train", 1);
        _folder.Write("train-images-idx3-ubyte", Convert.FromHexString("000008030000700000000100000000FF"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("truncated", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20);
    }

    [Fact]
    public void Rejects_damaged_gzip_a_missing_partner_and_unequal_counts()
    {
        _folder.Write("train-images-idx3-ubyte.gz", "no gzip");
        Assert.Contains("no train-labels", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        _folder.Write("train-labels-idx1-ubyte", Labels(3));
        Assert.Contains("cannot be read", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        _folder.WriteGzip("train-images-idx3-ubyte.gz", Images(4, 2, 2));
        Assert.Contains("3 labels for 4 pictures", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
    }

    [Fact]
    public void Rejects_test_pictures_of_another_size()
    {
        WriteSet("train", 4);
        _folder.Write("t10k-images-idx3-ubyte", Images(2, 5, 5));
        _folder.Write("t10k-labels-idx1-ubyte", Labels(2));

        Assert.Contains("test pictures are 1x5x5, training pictures 1x2x3", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
    }

    private void WriteSet(string prefix, int count)
    {
        _folder.Write($"{prefix}-images-idx3-ubyte", Images(count, 2, 3));
        _folder.Write($"{prefix}-labels-idx1-ubyte", Labels(count));
    }

    private static byte[] Images(int count, int height, int width, int first = 0) =>
        [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)height, 0, 0, 0, (byte)width, .. Enumerable.Range(first, count * height * width).Select(i => (byte)i)];

    private static byte[] Labels(int count) => [0, 0, 8, 1, 0, 0, 0, (byte)count, .. Enumerable.Range(0, count).Select(i => (byte)(i % 3))];
}
