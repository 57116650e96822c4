using Pare.Data;
using Pare.Data.Landmarks;
using Xunit;

namespace Pare.Tests.Data.Landmarks;

public sealed class CropDatasetTests
{
    // A white dot on black at each point, so that a crop's pixels say where the points are.
    private static readonly float[] Face = [20, 24, 44, 24, 32, 36, 24, 46, 40, 46];
    private static readonly LandmarkSet Set = new("dots", PointScheme.Five, [new LandmarkPhoto("dots", [.. Face], FaceBox.Around(Face), new(64, 64), Dots)]);

    [Fact]
    public void Points_lie_on_their_pixels_in_every_variation()
    {
        var data = new CropDataset(Set, [Crop.Whole(new(64, 64))], new(64, 64), ChannelOrder.Rgb, CropVariation.OfWhole with { Light = 0 });
        var (values, points) = (new float[3 * 64 * 64], new float[10]);
        for (var epoch = 0; epoch < 20; epoch++)
        {
            var pass = data.Varied(1, epoch);
            pass.Read(0, values);
            pass.ReadPoints(0, points);
            for (var i = 0; i < 5; i++)
                Assert.True(values[Pixel(points[2 * i + 1]) * 64 + Pixel(points[2 * i])] > 100, $"point {i} of pass {epoch}");
            // The left eye stays the left one.
            Assert.True(points[0] < points[2]);
        }

        static int Pixel(float at) => Math.Clamp((int)((at + 1) * 32), 0, 63);
    }

    [Fact]
    public void Errors_are_measured_in_the_distance_of_the_eyes()
    {
        var data = new CropDataset(Set, [new Crop(32, 32, 16)], new(48, 48), ChannelOrder.Rgb, null);
        Assert.Equal(24f / 16, data.Unit(0), 1e-6f);
        var points = new float[10];
        data.ReadPoints(0, points);
        Assert.Equal([-0.75f, -0.5f, 0.75f, -0.5f], points[..4]);
    }

    [Fact]
    public void A_pass_is_fixed_by_seed_and_epoch_and_no_other_pass_is_like_it()
    {
        var data = new CropDataset(Set, [Crop.Whole(new(64, 64))], new(16, 16), ChannelOrder.Rgb, CropVariation.OfWhole);
        Assert.Equal(Read(data.Varied(3, 2)), Read(data.Varied(3, 2)));
        Assert.NotEqual(Read(data.Varied(3, 2)), Read(data.Varied(3, 3)));
        Assert.NotEqual(Read(data.Varied(3, 2)), Read(data.Varied(4, 2)));
        Assert.NotEqual(Read(data), Read(data.Varied(3, 2)));

        static float[] Read(IDataset data)
        {
            var values = new float[3 * 16 * 16];
            data.Read(0, values);
            return values;
        }
    }

    [Fact]
    public void Batches_carry_points_and_units()
    {
        var data = new CropDataset(Set, [new Crop(32, 32, 16)], new(8, 8), ChannelOrder.Rgb, null);
        var batch = Assert.Single(BatchLoader.Epoch(data, 4, new Preprocess(), null, 0, 0, shuffle: true));
        Assert.Equal([-0.75f, -0.5f, 0.75f, -0.5f, 0, 0.25f], batch.Points[..6]);
        Assert.Equal([1.5f], batch.Units);
        Assert.Throws<BadInputException>(() => BatchLoader.Epoch(data, 4, new Preprocess(), Augmentation.Photos, 0, 0, shuffle: true));
    }

    private static Picture Dots()
    {
        var rgb = new byte[64 * 64 * 3];
        for (var i = 0; i < 5; i++)
            for (var y = -2; y < 2; y++)
                for (var x = -2; x < 2; x++) rgb.AsSpan(3 * (64 * ((int)Face[2 * i + 1] + y) + (int)Face[2 * i] + x), 3).Fill(255);
        return new Picture(64, 64, rgb);
    }
}
