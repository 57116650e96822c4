using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Takes_class_folders_in_alphabetical_order()
    {
        _folder.Write("pets/dog/b.PNG", Fakes.File(2, 2, 20));
        _folder.Write("pets/cat/a.jpg", Fakes.File(2, 2, 10));
        _folder.Write("pets/cat/deep/c.webp", Fakes.File(2, 2, 30));
        _folder.Write("pets/cat/notes.md", "no picture");
        _folder.Write("pets/.cache/x.jpg", "hidden");

        var data = Fakes.Open(_folder.Of("pets"));

        Assert.Equal(["cat", "dog"], data.All.Classes);
        Assert.Equal([(0, 10f), (0, 30f), (1, 20f)], Enumerable.Range(0, 3).Select(i => (data.All.Label(i), Fakes.Values(data.All, i)[0])));
        Assert.False(data.HasOwnTest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("outer/")]
    public void Takes_the_parts_of_a_zip_also_below_an_outer_folder(string outer)
    {
        var path = _folder.WriteZip("d.zip",
            ($"{outer}test/cat/1.jpg", Fakes.File(1, 1, 1)), ($"{outer}train/cat/1.jpg", Fakes.File(1, 1, 2)), ($"{outer}train/dog/1.jpg", Fakes.File(1, 1, 3)),
            ($"{outer}val/dog/1.jpg", Fakes.File(1, 1, 4)), ("__MACOSX/train/cat/._1.jpg", [0]));

        var data = Fakes.Open(path);

        Assert.True(data.HasOwnTest);
        Assert.Equal((2, 1, 1), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal((1f, 4f), (Fakes.Values(data.Test, 0)[0], Fakes.Values(data.Validation, 0)[0]));
        Assert.Equal(["cat", "dog"], data.All.Classes);
    }

    [Fact]
    public void Lets_a_list_fix_the_order_of_classes_and_name_more_than_there_are()
    {
        var path = _folder.WriteZip("d.zip", ("cat/1.jpg", Fakes.File(1, 1, 1)), ("dog/1.jpg", Fakes.File(1, 1, 2)), ("classes.txt", "dog\r\nbird\r\ncat\r\n"u8.ToArray()));

        var data = Fakes.Open(path);

        Assert.Equal(["dog", "bird", "cat"], data.All.Classes);
        Assert.Equal([2, 0], Enumerable.Range(0, 2).Select(data.All.Label));
    }

    [Fact]
    public void Takes_a_flat_folder_as_unlabelled()
    {
        for (var i = 0; i < 4; i++) _folder.Write($"flat/{i}.bmp", Fakes.File(1, 1, (byte)i));

        var data = Fakes.Open(_folder.Of("flat"));

        Assert.Empty(data.All.Classes);
        Assert.Equal(-1, data.All.Label(3));
    }

    [Fact]
    public void Resizes_crops_and_orders_channels()
    {
        _folder.Write("a/1.png", Fakes.File(40, 20, 1, 2, 3));
        _folder.Write("b/1.png", Fakes.File(30, 90, 4, 5, 6));
        var geometry = new PictureGeometry { Size = new(8, 8), Resize = PictureResize.Parse("short:10"), Crop = PictureCrop.Center, Channels = ChannelOrder.Bgr };

        var data = Fakes.Open(_folder.Path, new DataOptions { Geometry = geometry });

        Assert.Equal([3, 8, 8], data.All.Shape);
        Assert.Equal((6f, 5f, 4f), (Fakes.Values(data.All, 1)[0], Fakes.Values(data.All, 1)[64], Fakes.Values(data.All, 1)[191]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Reads_the_same_with_and_without_memory_on_any_number_of_threads(int threads)
    {
        var path = _folder.WriteZip("d.zip", [.. Enumerable.Range(0, 40).Select(i => ($"{i % 3}/{i}.jpg", Fakes.File(3, 2, (byte)i, (byte)(2 * i))))]);

        var kept = Fakes.Open(path, new DataOptions { Threads = threads });
        var lazy = Fakes.Open(path, new DataOptions { Threads = threads, CacheBytes = 0 });

        Assert.IsType<ByteDataset>(kept.All);
        Assert.IsNotType<ByteDataset>(lazy.All);
        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(Fakes.Values(kept.All, i), Fakes.Values(lazy.All, i)));
    }

    [Fact]
    public void Names_the_first_broken_picture_whatever_the_threads_do()
    {
        var path = _folder.WriteZip("d.zip", [.. Enumerable.Range(100, 200).Select(i => ($"a/{i}.jpg", i is 150 or 180 or 299 ? "junk"u8.ToArray() : Fakes.File(1, 1, 1)))]);

        for (var run = 0; run < 5; run++)
            Assert.Equal($"picture '{path}/a/150.jpg' is broken", Fakes.Rejection(() => Fakes.Open(path, new DataOptions { Threads = 4 })));
    }

    [Fact]
    public void Rejects_pictures_of_different_sizes_and_says_what_to_do()
    {
        _folder.Write("a/1.png", Fakes.File(4, 4, 1));
        _folder.Write("a/2.png", Fakes.File(5, 4, 1));

        Assert.EndsWith("a/2.png' is 5x4, not 4x4; give --resize, or --crop center", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
        var crop = new PictureGeometry { Size = new(5, 5), Crop = PictureCrop.Center };
        Assert.EndsWith("too small to crop to 5x5; give --resize", Fakes.Rejection(() => Fakes.Open(_folder.Path, new DataOptions { Geometry = crop })));
    }

    [Fact]
    public void Rejects_folders_that_cannot_be_classes()
    {
        Assert.Contains("holds no pictures", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        _folder.Write("a/1.png", Fakes.File(1, 1, 1));
        _folder.Write("1.png", Fakes.File(1, 1, 1));
        Assert.Contains("1.png' stands beside class folders", Fakes.Rejection(() => Fakes.Open(_folder.Path)));

        File.Delete(_folder.Of("1.png"));
        _folder.Write("classes.txt", "b\nc\n");
        Assert.Contains("class 'a' is not in classes.txt", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
        _folder.Write("classes.txt", "a\n\nc\n");
        Assert.Contains("line 2 is blank", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
        _folder.Write("classes.txt", "a\nc\na\n");
        Assert.Contains("line 3 names 'a' for the second time", Fakes.Rejection(() => Fakes.Open(_folder.Path)));
    }

    [Fact]
    public void Rejects_what_is_no_zip_and_other_files()
    {
        Assert.Contains("cannot be read as a zip", Fakes.Rejection(() => Fakes.Open(_folder.Write("d.zip", "PK no zip"))));
        Assert.Contains("a '.txt' file is not read", Fakes.Rejection(() => Fakes.Open(_folder.Write("d.txt", "text"))));
        Assert.Contains("neither a path nor one of glyphs, mnist, fashion-mnist, cifar10", Fakes.Rejection(() => Fakes.Open("no-such-data")));
    }

    [Fact]
    public void Unpacks_no_more_than_a_zip_declares_and_allows()
    {
        var path = _folder.WriteZip("d.zip", ("a/1.jpg", new byte[1000]));
        Assert.Contains("1000 bytes, at most 999", Fakes.Rejection(() => FileSet.FromZip(path, maxFileBytes: 999).Read(0)));

        // The directory at the end and the local header promise 10 bytes where 1000 come out.
        var bytes = File.ReadAllBytes(path);
        for (var at = 0; at < bytes.Length - 4; at++)
        {
            if (BitConverter.ToInt32(bytes, at) == 1000) BitConverter.TryWriteBytes(bytes.AsSpan(at), 10);
        }
        File.WriteAllBytes(path, bytes);
        Assert.Equal(10, FileSet.FromZip(path).Read(0).Length);
    }

    [Fact]
    public void Takes_a_zip_that_writes_backslashes()
    {
        var data = Fakes.Open(_folder.WriteZip("d.zip", (@"train\cat\1.jpg", Fakes.File(1, 1, 1)), (@"train\dog\1.jpg", Fakes.File(1, 1, 2)), (@"test\dog\2.jpg", Fakes.File(1, 1, 3))));
        Assert.Equal(["cat", "dog"], data.All.Classes);
        Assert.Equal(1, data.Test.Count);
    }

    [Fact]
    public void Refuses_a_folder_beside_the_parts()
    {
        var path = _folder.WriteZip("d.zip", ("train/cat/1.jpg", Fakes.File(1, 1, 1)), ("test/cat/1.jpg", Fakes.File(1, 1, 2)), ("docs/figure.png", Fakes.File(1, 1, 3)));
        Assert.Contains("docs/figure.png' stands beside the parts", Assert.Throws<BadInputException>(() => Fakes.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_a_class_that_is_called_train()
    {
        var data = Fakes.Open(_folder.WriteZip("d.zip", ("train/1.jpg", Fakes.File(1, 1, 1)), ("bus/1.jpg", Fakes.File(1, 1, 2))));
        Assert.Equal(["bus", "train"], data.All.Classes);
    }
}
