using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class CifarTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_ten_classes_with_their_names_also_one_folder_down()
    {
        _folder.Write("cifar-10-batches-bin/data_batch_1.bin", [.. Record(3), .. Record(9)]);
        _folder.Write("cifar-10-batches-bin/data_batch_2.bin", Record(1));
        _folder.Write("cifar-10-batches-bin/test_batch.bin", Record(7));
        _folder.Write("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");

        var data = Fakes.Open(_folder.Path);

        Assert.Equal((3, 32, 32), (data.All.Shape[0], data.All.Shape[1], data.All.Shape[2]));
        Assert.Equal([3, 9, 1, 7], Enumerable.Range(0, 4).Select(data.All.Label));
        Assert.Equal("horse", data.Test.Classes[data.Test.Label(0)]);
        Assert.Equal((10f, 20f, 30f), (Fakes.Values(data.All, 0)[0], Fakes.Values(data.All, 0)[1024], Fakes.Values(data.All, 0)[3071]));
    }

    [Fact]
    public void Reads_the_fine_labels_of_a_hundred_classes()
    {
        _folder.Write("train.bin", [.. Record(99, coarse: 5), .. Record(42, coarse: 5)]);
        _folder.Write("test.bin", Record(0, coarse: 1));

        var data = Fakes.Open(_folder.Path);

        Assert.Equal([99, 42, 0], Enumerable.Range(0, 3).Select(data.All.Label));
        Assert.Equal(100, data.All.Classes.Length);
    }

    [Theory]
    [InlineData(ChannelOrder.Bgr, new[] { 30f, 20f, 10f })]
    [InlineData(ChannelOrder.Grey, new[] { 18f })]
    public void Orders_channels_as_the_network_wants_them(ChannelOrder channels, float[] expected)
    {
        _folder.Write("data_batch_1.bin", [.. Record(3), .. Record(4)]);

        var data = Fakes.Open(_folder.Path, new DataOptions { Geometry = new() { Channels = channels } });

        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(c => Fakes.Values(data.All, 1)[c * 1024]));
    }

    [Fact]
    public void Rejects_cut_off_files_labels_out_of_range_and_a_wrong_list_of_names()
    {
        _folder.Write("data_batch_1.bin", Record(3)[..^1]);
        Assert.Contains("3072 bytes, not a multiple of the 3073", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        _folder.Write("data_batch_1.bin", Record(10));
        Assert.Contains("record 0 has label 10, allowed are 0 to 9", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        _folder.Write("data_batch_1.bin", Record(1));
        _folder.Write("batches.meta.txt", "one\ntwo\n");
        Assert.Contains("names 2 classes, not 10", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
    }

    private static byte[] Record(byte label, byte? coarse = null) =>
        [.. coarse is { } c ? new[] { c } : [], label, .. Enumerable.Repeat((byte)10, 1024), .. Enumerable.Repeat((byte)20, 1024), .. Enumerable.Repeat((byte)30, 1024)];
}
