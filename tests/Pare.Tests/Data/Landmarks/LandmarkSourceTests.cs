using Pare.Data;
using Pare.Data.Landmarks;
using Xunit;

namespace Pare.Tests.Data.Landmarks;

public sealed class LandmarkSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_formats_say_the_same_with_pixel_centres_at_a_half()
    {
        float[] expected = [.. LandmarkFakes.Five().Select(v => v + 0.5f)];
        foreach (var name in new[] { "pts/a.png", "csv/a.png", "xml/a.png" }) _folder.Write(name, LandmarkFakes.Photo);
        _folder.Write("pts/a.pts", LandmarkFakes.Pts(LandmarkFakes.Five()));
        _folder.Write("csv/t.csv", LandmarkFakes.Csv("a.png", LandmarkFakes.Five()));
        _folder.Write("xml/t.xml", LandmarkFakes.Xml(("a.png", LandmarkFakes.Box(LandmarkFakes.Five()))));

        foreach (var path in new[] { "pts", "csv", "csv/t.csv", "xml", "xml/t.xml" })
        {
            var photo = Assert.Single(LandmarkFakes.All(LandmarkFakes.Open(_folder.Of(path))));
            Assert.Equal(expected, photo.Points);
            Assert.Equal((40, 30), (photo.Picture().Width, photo.Picture().Height));
            Assert.Equal(path.StartsWith("xml") ? new FaceBox(8, 8, 15, 15) : new FaceBox(10.5f, 10.5f, 10, 10), photo.Box);
        }
    }

    [Fact]
    public void Reads_300W_from_a_zip_with_its_train_and_test_folders()
    {
        var path = _folder.WriteZip("d.zip", [.. from place in new[] { "helen/trainset/1", "helen/trainset/2", "helen/testset/3" } from e in Pair(place) select e]);

        var splits = LandmarkFakes.Open(path);

        Assert.True(splits.HasOwnTest);
        Assert.Equal(PointScheme.Ibug, splits.Scheme);
        Assert.EndsWith("helen/testset/3.jpg", Assert.Single(splits.Test.Photos).Name);
        Assert.Equal(("d", "d"), (splits.Name, splits.Train.Name));

        static (string, byte[])[] Pair(string place) => [($"{place}.pts", System.Text.Encoding.UTF8.GetBytes(LandmarkFakes.Pts(LandmarkFakes.Many(68)))), ($"{place}.jpg", LandmarkFakes.Photo)];
    }

    [Fact]
    public void Written_points_are_read_again()
    {
        float[] points = [10.125f, -3.5f, 20, 10.5f, 15, 15, 11, 20.001f, 19, 20];
        _folder.Write("a.jpg", LandmarkFakes.Photo);
        _folder.Write("a.pts", PtsFile.Format(points));

        Assert.StartsWith("version: 1\nn_points: 5\n{\n10.625 -3.000\n", PtsFile.Format(points));
        Assert.Equal(points, LandmarkFakes.All(LandmarkFakes.Open(_folder.Path))[0].Points.Select(v => MathF.Round(v, 3)));
    }

    [Fact]
    public void Splits_by_seed_and_keeps_all_faces_of_a_photo_together()
    {
        var boxes = LandmarkFakes.Box(LandmarkFakes.Five()) + LandmarkFakes.Box(LandmarkFakes.Five(5)) + "<box top='1' left='1' width='2' height='2' ignore='1'/>";
        _folder.Write("t.xml", LandmarkFakes.Xml([.. Enumerable.Range(0, 20).Select(i => ($"{i}.png", boxes))]));
        for (var i = 0; i < 20; i++) _folder.Write($"{i}.png", LandmarkFakes.Photo);

        var splits = LandmarkFakes.Open(_folder.Of("t.xml"));

        Assert.False(splits.HasOwnTest);
        Assert.Equal((30, 2, 8), (splits.Train.Photos.Length, splits.Validation.Photos.Length, splits.Test.Photos.Length));
        Assert.Empty(splits.Train.Photos.Select(p => p.Name).Intersect(splits.Test.Photos.Select(p => p.Name)));
        var other = LandmarkFakes.Open(_folder.Of("t.xml"), new DataOptions { Seed = 1, Threads = 1, CacheBytes = 0 });
        Assert.NotEqual(splits.Test.Photos.Select(p => p.Name), other.Test.Photos.Select(p => p.Name));
        Assert.NotSame(other.Test.Photos[0].Picture(), other.Test.Photos[0].Picture());
        Assert.Same(splits.Test.Photos[0].Picture(), splits.Test.Photos[0].Picture());
    }

    [Fact]
    public void Tables_may_have_headings_and_say_their_part_by_name()
    {
        foreach (var name in new[] { "a.png", "deep/b.png" }) _folder.Write(name, LandmarkFakes.Photo);
        _folder.Write("faces_train.csv", "\uFEFFimage,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4\r\n" + LandmarkFakes.Csv("\"a.png\"", LandmarkFakes.Five()));
        _folder.Write("faces_test.csv", LandmarkFakes.Csv(@".\deep\..\deep\b.png", LandmarkFakes.Five()));

        var splits = LandmarkFakes.Open(_folder.Path);

        Assert.EndsWith("/a.png", Assert.Single(splits.Train.Photos).Name);
        Assert.EndsWith("/deep/b.png", Assert.Single(splits.Test.Photos).Name);
    }

    [Theory]
    [InlineData("top='8' left='8' width='0' height='15'")]
    [InlineData("top='8' left='300' width='15' height='15'")]
    public void A_box_that_cannot_be_gives_way_to_the_points(string box)
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        _folder.Write("t.xml", LandmarkFakes.Xml(("a.png", LandmarkFakes.Box(LandmarkFakes.Five(), box))));

        Assert.Equal(new FaceBox(10.5f, 10.5f, 10, 10), LandmarkFakes.All(LandmarkFakes.Open(_folder.Path))[0].Box);
    }

    [Fact]
    public void A_face_may_be_cut_but_not_lie_elsewhere()
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        _folder.Write("a.pts", LandmarkFakes.Pts(LandmarkFakes.Five(50)));
        Assert.Equal(60.5f, LandmarkFakes.All(LandmarkFakes.Open(_folder.Path))[0].Points[0]);

        _folder.Write("a.pts", LandmarkFakes.Pts(LandmarkFakes.Five(61)));
        Assert.EndsWith("a.pts' has point 1 at (81.5, 11), too far outside its photo of 40x30", LandmarkFakes.Rejection(_folder.Path));
    }

    [Theory]
    [InlineData("hello", "a.pts' is not a .pts file: it starts with 'hello'")]
    [InlineData("", "a.pts' is not a .pts file: it starts with ''")]
    [InlineData("version: 2\nn_points: 5\n{\n}", "has version '2', allowed is 1")]
    [InlineData("version: 1\nn_points: 6\n{\n}", "says 'n_points: 6', allowed are n_points: 5, 68 or 98")]
    [InlineData("version: 1\nn_points: 99999999999\n{\n}", "allowed are n_points: 5, 68 or 98")]
    [InlineData("version: 1\nn_points: 5\n[\n}", "has '[' where '{' begins the points")]
    [InlineData("version: 1\nn_points: 5\n{\n1 2\n}", "promises 5 points between braces and has 2 more lines")]
    [InlineData("version: 1\nn_points: 5\n{\n1 2\n1 2\n1 NaN\n1 2\n1 2\n}", "point 2 is '1 NaN', needed are two finite numbers")]
    [InlineData("version: 1\nn_points: 5\n{\n1 2\n1 2\n1 2\n1 2\n1e999 2\n}", "point 4 is '1e999 2', needed are two finite numbers")]
    [InlineData("version: 1\nn_points: 5\n{\n1 2\n1 2\n1 2\n1 2\n1 2\n}", "has both eyes in one place")]
    public void Rejects_pts_files(string text, string message)
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        _folder.Write("a.pts", text);

        Assert.Contains(message, LandmarkFakes.Rejection(_folder.Path));
    }

    [Theory]
    [InlineData("<html/>", "is not dlib's: its root is 'html', allowed is 'dataset'")]
    [InlineData("no xml", "cannot be read as XML")]
    [InlineData("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><dataset>&e;</dataset>", "cannot be read as XML")]
    [InlineData("<dataset><images><image file='a.png'><box top='1' left='1' width='2' height='2'/></image></images></dataset>", "line 1 (box 0 of 'a.png') has 0 parts; allowed are 5, 68 and 98")]
    [InlineData("<dataset><box top='1' left='1' width='2' height='2'/></dataset>", "stands outside an image")]
    [InlineData("<dataset><image file='a.png'><box top='x' left='1' width='2' height='2'/></image></dataset>", "has top 'x' in a box, needed is a finite number")]
    [InlineData("<dataset><image file='a.png'><box top='1' left='1' width='2' height='2'><part name='p' x='1' y='1'/></box></image></dataset>", "has a part 'p', allowed are the numbers 0 to 97")]
    [InlineData("<dataset><image file='a.png'><box top='1' left='1' width='2' height='2'><part name='1' x='1' y='1'/><part name='01' x='1' y='1'/></box></image></dataset>", "has part 1 twice")]
    [InlineData("<dataset><image file='../a.png'/></dataset>", "names the photo '../a.png'; a path within its folder is allowed")]
    [InlineData("<dataset><image/></dataset>", "names the photo ''")]
    [InlineData("<dataset></dataset>", "hold no faces")]
    public void Rejects_xml_files(string text, string message)
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        _folder.Write("t.xml", text);

        Assert.Contains(message, LandmarkFakes.Rejection(_folder.Path));
    }

    [Fact]
    public void Rejects_parts_that_leave_one_out()
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        _folder.Write("t.xml", LandmarkFakes.Xml(("a.png", LandmarkFakes.Box(LandmarkFakes.Five()).Replace("name='03'", "name='07'"))));

        Assert.EndsWith("has 5 parts, and part 3 is not among them", LandmarkFakes.Rejection(_folder.Path));
    }

    [Theory]
    [InlineData("a.png,1,2\n", "line 1 has 3 columns; allowed are 11, 137 and 197")]
    [InlineData("a.png,1,2,3,4,5,6,7,8,9,10\na.png,1\n", "line 2 has 2 columns, the lines before it have 11")]
    [InlineData("a.png,1,2,3,4,5,6,7,inf,9,10\n", "line 1 column 9 is 'inf', needed is a finite number")]
    [InlineData("a.png,1,2,3,4,5,6,7,8,9,\n", "line 1 column 11 is ''")]
    [InlineData("../../a.png,1,2,3,4,5,6,7,8,9,10\n", "line 1 names the photo '../../a.png'")]
    [InlineData("/a.png,1,2,3,4,5,6,7,8,9,10\n", "line 1 names the photo '/a.png'")]
    [InlineData("C:\\a.png,1,2,3,4,5,6,7,8,9,10\n", "line 1 names the photo 'C:\\a.png'")]
    [InlineData("b.png,1,2,3,4,5,6,7,8,9,10\n", "line 1: there is no photo 'b.png' in")]
    [InlineData("", "hold no faces")]
    public void Rejects_tables(string text, string message)
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        _folder.Write("t.csv", text);

        Assert.Contains(message, LandmarkFakes.Rejection(_folder.Path));
        Assert.Contains(message, LandmarkFakes.Rejection(_folder.Of("t.csv")));
    }

    [Fact]
    public void Rejects_missing_broken_and_empty_photos()
    {
        _folder.Write("a.pts", LandmarkFakes.Pts(LandmarkFakes.Five()));
        Assert.EndsWith("a.pts' has no photo of the same name beside it (.jpg, .jpeg, .png, .webp, .bmp)", LandmarkFakes.Rejection(_folder.Path));

        _folder.Write("a.png", "junk");
        Assert.Equal($"photo '{_folder.Path}/a.png' is broken", LandmarkFakes.Rejection(_folder.Path));

        _folder.Write("a.png", Fakes.File(0, 0, 1));
        Assert.Equal($"photo '{_folder.Path}/a.png' is empty (0x0)", LandmarkFakes.Rejection(_folder.Path));
    }

    [Fact]
    public void Rejects_mixed_schemes_and_what_is_not_clear()
    {
        Assert.Contains("holds no landmarks", LandmarkFakes.Rejection(_folder.Path));
        Assert.Contains("neither a path nor one of faces", LandmarkFakes.Rejection("no-such-faces"));
        Assert.Contains("a '.txt' file is not read", LandmarkFakes.Rejection(_folder.Write("a.txt", "")));

        foreach (var name in new[] { "a.png", "b.png" }) _folder.Write(name, LandmarkFakes.Photo);
        _folder.Write("a.pts", LandmarkFakes.Pts(LandmarkFakes.Five()));
        _folder.Write("b.pts", LandmarkFakes.Pts(LandmarkFakes.Many(68)));
        Assert.EndsWith("b.pts' has 68 points, '" + _folder.Path + "/a.pts' has 5; all faces of a set need the same", LandmarkFakes.Rejection(_folder.Path));

        foreach (var name in new[] { "a.pts", "b.pts" }) File.Delete(_folder.Of(name));
        foreach (var name in new[] { "one.csv", "two.csv" }) _folder.Write(name, LandmarkFakes.Csv("a.png", LandmarkFakes.Five()));
        Assert.EndsWith("holds 2 tables ('one.csv', 'two.csv', ...); name one of them, or let each name say train or test", LandmarkFakes.Rejection(_folder.Path));

        File.Move(_folder.Of("one.csv"), _folder.Of("train.csv"));
        File.Move(_folder.Of("two.csv"), _folder.Of("test.csv"));
        Assert.EndsWith("line 1: photo 'a.png' is in test and in train", LandmarkFakes.Rejection(_folder.Path));
    }
}
