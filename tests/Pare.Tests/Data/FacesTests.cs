using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Data.Synthetic;
using Xunit;

namespace Pare.Tests.Data;

public sealed class FacesTests
{
    private static readonly LandmarkSplits Data = Faces.Open(0, 2, 160, 20, 20);

    private static IEnumerable<LandmarkPhoto> All => Data.Train.Photos.Concat(Data.Validation.Photos).Concat(Data.Test.Photos);

    [Fact]
    public void Has_68_points_for_every_face_and_parts_of_its_own()
    {
        Assert.Equal((160, 20, 20), (Data.Train.Photos.Length, Data.Validation.Photos.Length, Data.Test.Photos.Length));
        Assert.True(Data.HasOwnTest);
        Assert.Equal(PointScheme.Ibug, Data.Scheme);
        Assert.All(All, face => Assert.Equal((136, Faces.Side, Faces.Side), (face.Points.Length, face.Picture().Width, face.Picture().Height)));
        Assert.All(All, face => Assert.All(face.Points, v => Assert.True(float.IsFinite(v))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Is_the_same_for_a_seed_on_any_number_of_threads_and_one_by_one(int threads)
    {
        var again = Faces.Open(0, threads, 20, 10, 10);

        Assert.All(Enumerable.Range(0, 20), i => AssertSame(Data.Train.Photos[i], again.Train.Photos[i]));
        AssertSame(Data.Train.Photos[20], again.Validation.Photos[0]);
        AssertSame(Data.Train.Photos[7], Faces.Draw(0, 7));
        Assert.NotEqual(Data.Train.Photos[7].Picture().Rgb, Faces.Draw(1, 7).Picture().Rgb);
    }

    [Fact]
    public void Every_face_has_its_features_in_their_places()
    {
        foreach (var face in All)
        {
            var p = Upright(face);
            Assert.True(p[0].X < p[1].X && p[3].X < p[4].X, $"{face.Name}: left is not left");
            Assert.True(p[2].Y > Math.Max(p[0].Y, p[1].Y) && p[2].Y < Math.Min(p[3].Y, p[4].Y), $"{face.Name}: the nose is not between eyes and mouth");
            Assert.Equal(0, p[1].Y - p[0].Y, 1e-3f);
        }
    }

    [Fact]
    public void A_head_seen_straight_is_symmetric_and_its_mirror_image_swaps_points()
    {
        var random = new RandomStream(3);
        for (var i = 0; i < 20; i++)
        {
            var points = FaceLandmarks.Project(new FaceSurface(FaceShape.Draw(ref random)), new FacePose(0, 0, 0, 20) { Scale = 10, Centre = new(50, 50) });
            var flipped = PointScheme.Ibug.Flip(points, 100);
            Assert.All(Enumerable.Range(0, 136), j => Assert.Equal(points[j], flipped[j], 1e-3f));
        }
    }

    [Fact]
    public void Turning_the_head_moves_the_nose_and_tilting_it_turns_the_eyes()
    {
        var random = new RandomStream(4);
        var surface = new FaceSurface(FaceShape.Draw(ref random));
        float[] Of(float yaw, float pitch, float roll) => [.. PointScheme.Ibug.ToFive(FaceLandmarks.Project(surface, new FacePose(yaw, pitch, roll, 20)))];

        var (straight, right, down, tilted) = (Of(0, 0, 0), Of(0.5f, 0, 0), Of(0, 0.3f, 0), Of(0, 0, 0.4f));

        Assert.True(right[4] - ((right[0] + right[2]) / 2) > 0.3f);
        Assert.True(down[5] - down[1] > straight[5] - straight[1]);
        Assert.Equal(0.4f, MathF.Atan2(tilted[3] - tilted[1], tilted[2] - tilted[0]), 1e-3f);
    }

    [Fact]
    public void Eyes_and_lips_are_where_the_points_say()
    {
        var (eyes, mouths, counted) = (0, 0, 0);
        foreach (var face in All.Where(f => f.Box.Width > 35 && Inside(f)))
        {
            counted++;
            // The strongest contrast of an upright patch is at the eye, not on the cheek below it.
            eyes += Contrast(face, 37, 40) > Contrast(face, 40, 31) ? 1 : 0;
            mouths += Contrast(face, 51, 57) > Contrast(face, 57, 8) * 0.9 ? 1 : 0;
        }
        Assert.True(counted >= 30);
        Assert.InRange(eyes, 0.6 * counted, counted);
        Assert.InRange(mouths, 0.6 * counted, counted);
    }

    [Fact]
    public void Sizes_run_from_15_to_70_percent_and_few_faces_are_cut()
    {
        var sizes = All.Select(f => Math.Max(f.Box.Width, f.Box.Height) / Faces.Side).ToList();
        Assert.InRange(sizes.Min(), 0.149, 0.25);
        Assert.InRange(sizes.Max(), 0.6, 0.701);
        Assert.InRange(sizes.Average(), 0.38, 0.47);
        Assert.InRange(All.Count(f => !Inside(f)) / 200.0, 0.02, 0.2);
    }

    [Fact]
    public void Is_known_by_name() => Assert.Equal(["faces"], LandmarkSource.Names);

    private static void AssertSame(LandmarkPhoto expected, LandmarkPhoto actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.Points, actual.Points);
        Assert.Equal(expected.Picture().Rgb, actual.Picture().Rgb);
    }

    private static bool Inside(LandmarkPhoto face) => face.Box is { X: >= 0, Y: >= 0 } box && box.X + box.Width <= Faces.Side && box.Y + box.Height <= Faces.Side;

    /// <summary>The five points turned so that the eyes lie level.</summary>
    private static (float X, float Y)[] Upright(LandmarkPhoto face)
    {
        var p = PointScheme.Ibug.ToFive(face.Points.AsSpan());
        var (dx, dy) = (p[2] - p[0], p[3] - p[1]);
        var length = MathF.Sqrt((dx * dx) + (dy * dy));
        return [.. Enumerable.Range(0, 5).Select(i => (((p[2 * i] * dx) + (p[(2 * i) + 1] * dy)) / length, ((p[(2 * i) + 1] * dx) - (p[2 * i] * dy)) / length))];
    }

    /// <summary>Brightest less darkest green on the way between two points.</summary>
    private static int Contrast(LandmarkPhoto face, int from, int to)
    {
        var (picture, points) = (face.Picture(), face.Points);
        var values = Enumerable.Range(0, 21).Select(i =>
        {
            var t = i / 20f;
            var (x, y) = (points[2 * from] + (t * (points[2 * to] - points[2 * from])), points[(2 * from) + 1] + (t * (points[(2 * to) + 1] - points[(2 * from) + 1])));
            return (int)picture.Rgb[(((int)y * picture.Width) + (int)x) * 3 + 1];
        }).ToList();
        return values.Max() - values.Min();
    }
}
