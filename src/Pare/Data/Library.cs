using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Pare.Data;

/// <summary>Where named data sets lie on this machine, and how they get there.</summary>
/// <param name="UserFolder">The folder that <c>PARE_DATA</c> names, or null.</param>
/// <param name="CacheFolder">Where fetched sets are kept.</param>
/// <param name="Fetch">Opens a public address.</param>
internal sealed record Library(string? UserFolder, string CacheFolder, Func<string, Stream> Fetch)
{
    private const int MaxDownloadBytes = 1 << 28;

    /// <summary>This user's library.</summary>
    public static Library OfUser()
    {
        var user = Environment.GetEnvironmentVariable("PARE_DATA");
        return new Library(string.IsNullOrEmpty(user) ? null : user, UserCache.Folder("data"), FetchByHttp);
    }

    /// <summary>The path of a named set: <c>PARE_DATA</c>, the cache, the distribution's place, else fetched into the cache.</summary>
    /// <exception cref="BadInputException">It is nowhere and cannot be fetched; names the places.</exception>
    public string Locate(NamedSet set)
    {
        var places = Places(set).ToList();
        if (places.Find(place => Directory.Exists(place) ? Directory.EnumerateFileSystemEntries(place).Any() : File.Exists(place)) is { } found) return found;
        var target = Path.Combine(CacheFolder, set.Name);
        try
        {
            // Everything is checked before anything is kept, so that a set in the cache is always whole.
            var files = set.Files.SelectMany(Download).ToList();
            Keep(files, target);
            return target;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new BadInputException($"data '{set.Name}' is not in {string.Join(", ", places)}{(UserFolder is null ? " (PARE_DATA is not set)" : "")} and cannot be fetched from {set.Files[0].Url}: {e.Message}", e);
        }
    }

    private IEnumerable<string> Places(NamedSet set)
    {
        if (UserFolder is not null)
        {
            yield return Path.Combine(UserFolder, set.Name);
            yield return Path.Combine(UserFolder, set.Name + ".zip");
        }
        yield return Path.Combine(CacheFolder, set.Name);
        if (set.SystemFolder is not null) yield return set.SystemFolder;
    }

    private List<(string Name, byte[] Bytes)> Download(PublishedFile file)
    {
        using var stream = Fetch(file.Url);
        var bytes = ReadCapped(stream, file.Url);
        if (file.Name.EndsWith(".tar.gz"))
        {
            Verify(bytes, file);
            return Untar(bytes);
        }
        using var unpacked = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        Verify(ReadCapped(unpacked, file.Url), file);
        return [(file.Name, bytes)];
    }

    private static void Verify(byte[] content, PublishedFile file)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (hash != file.Sha256) throw new InvalidDataException($"{file.Name} has SHA-256 {hash}, not {file.Sha256}");
    }

    /// <summary>Regular files by their bare names.</summary>
    private static List<(string Name, byte[] Bytes)> Untar(byte[] archive)
    {
        using var reader = new TarReader(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        var files = new List<(string, byte[])>();
        while (reader.GetNextEntry() is { } entry)
        {
            var name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
            if (entry.DataStream is { } data && (name.EndsWith(".bin") || name.EndsWith(".txt"))) files.Add((name, ReadCapped(data, entry.Name)));
        }
        return files;
    }

    private static byte[] ReadCapped(Stream stream, string name)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is var read and > 0)
        {
            if (memory.Length + read > MaxDownloadBytes) throw new InvalidDataException($"{name} is over {MaxDownloadBytes} bytes");
            memory.Write(buffer, 0, read);
        }
        return memory.ToArray();
    }

    /// <summary>Writes the files beside the target and renames, so that a half-written set never has the set's name.</summary>
    private static void Keep(List<(string Name, byte[] Bytes)> files, string target)
    {
        var temporary = $"{target}.{Environment.ProcessId}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            foreach (var (name, bytes) in files) AtomicFile.Write(Path.Combine(temporary, name), bytes);
            if (Directory.Exists(target) && !Directory.EnumerateFileSystemEntries(target).Any()) Directory.Delete(target);
            if (!Directory.Exists(target)) Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    private static Stream FetchByHttp(string url)
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(20) });
        return client.GetStreamAsync(url).GetAwaiter().GetResult();
    }
}
