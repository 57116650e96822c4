using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class LibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Looks_in_the_users_folder_then_the_cache_then_the_systems_place()
    {
        var set = new NamedSet("digits", _folder.Of("system"), [new("https://example.org/a.gz", "")]);
        _folder.Write("system/a", "x");
        Assert.Equal(_folder.Of("system"), Offline().Locate(set));

        _folder.Write("cache/digits/a", "x");
        Assert.Equal(_folder.Of("cache/digits"), Offline().Locate(set));

        _folder.Write("user/digits.zip", "x");
        Assert.Equal(_folder.Of("user/digits.zip"), Offline().Locate(set));

        _folder.Write("user/digits/a", "x");
        Assert.Equal(_folder.Of("user/digits"), Offline().Locate(set));
    }

    [Fact]
    public void Says_where_it_looked_when_there_is_no_network()
    {
        var set = new NamedSet("digits", null, [new("https://example.org/a.gz", "")]);

        Assert.Equal($"data 'digits' is not in {_folder.Of("user/digits")}, {_folder.Of("user/digits.zip")}, {_folder.Of("cache/digits")} and cannot be fetched from https://example.org/a.gz: no route",
            Fakes.Rejection(() => Offline().Locate(set)));
    }

    [Fact]
    public void Keeps_a_gzipped_file_whose_content_has_the_right_hash()
    {
        var (content, packed) = ("some pictures"u8.ToArray(), Gzip("some pictures"u8.ToArray()));
        var set = new NamedSet("digits", null, [new("https://example.org/a.gz", Hash(content))]);

        var path = Online(packed).Locate(set);

        Assert.Equal(packed, File.ReadAllBytes(Path.Combine(path, "a.gz")));
        Assert.Equal(path, Offline().Locate(set));
    }

    [Fact]
    public void Keeps_the_records_of_an_archive_by_their_bare_names()
    {
        using var memory = new MemoryStream();
        using (var writer = new TarWriter(memory, leaveOpen: true))
        {
            foreach (var name in new[] { "set/a.bin", "../../escape.bin", "set/readme.html" })
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1, 2, 3]) });
        }
        var archive = Gzip(memory.ToArray());

        var path = Online(archive).Locate(new NamedSet("ten", null, [new("https://example.org/ten.tar.gz", Hash(archive))]));

        Assert.Equal(["a.bin", "escape.bin"], Directory.GetFiles(path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Keeps_nothing_of_a_set_that_is_not_what_it_should_be()
    {
        var set = new NamedSet("digits", null, [new("https://example.org/a.gz", new string('0', 64))]);

        Assert.Contains("a.gz has SHA-256", Fakes.Rejection(() => Online(Gzip([1])).Locate(set)));
        Assert.Contains("cannot be fetched", Fakes.Rejection(() => Online([1, 2, 3]).Locate(set)));
        Assert.False(Directory.Exists(_folder.Of("cache")));
    }

    private Library Offline() => new(_folder.Of("user"), _folder.Of("cache"), _ => throw new HttpRequestException("no route"));

    private Library Online(byte[] answer) => new(null, _folder.Of("cache"), _ => new MemoryStream(answer));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Gzip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest)) gzip.Write(bytes);
        return memory.ToArray();
    }
}
