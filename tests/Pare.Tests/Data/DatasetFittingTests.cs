using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class DatasetFittingTests
{
    private static readonly ByteDataset Grey = new([.. Enumerable.Repeat((byte)50, 16), .. Enumerable.Repeat((byte)90, 16)], [0, 1], [1, 4, 4], ["a", "b"]);

    [Fact]
    public void Leaves_data_alone_that_is_as_wanted() =>
        Assert.Same(Grey, Fit(new() { Size = new(4, 4), Resize = PictureResize.Parse("4x4"), Channels = ChannelOrder.Bgr }));

    [Fact]
    public void Resizes_and_crops_and_keeps_labels_and_grey()
    {
        var fitted = Fit(new() { Size = new(5, 7), Resize = PictureResize.Parse("8x8"), Crop = PictureCrop.Center });

        Assert.Equal([1, 7, 5], fitted.Shape);
        Assert.Equal((0, 1, "b"), (fitted.Label(0), fitted.Label(1), fitted.Classes[1]));
        // Fixed-point weights may lose one level.
        Assert.All(Fakes.Values(fitted, 1), v => Assert.InRange(v, 89, 91));
    }

    [Fact]
    public void Refuses_another_size_without_leave_to_resize() =>
        Assert.Equal("data 'd': every picture is 4x4, not 6x6; give --resize, or --crop center", Fakes.Rejection(() => Fit(new() { Size = new(6, 6) })));

    private static ByteDataset Fit(PictureGeometry geometry) => DatasetFitting.Fit(Grey, "d", new DataOptions { Geometry = geometry });
}
