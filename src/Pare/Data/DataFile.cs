using System.IO.Compression;

namespace Pare.Data;

/// <summary>Reading files from strangers: nothing is read beyond what was asked for.</summary>
internal static class DataFile
{
    private const int FirstChunk = 1 << 24;

    /// <summary>Opens a file, unpacked on the fly where its name ends in <c>.gz</c>.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static Stream Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot read '{path}': {e.Message}", e);
        }
    }

    /// <summary>Fills the whole buffer.</summary>
    /// <exception cref="BadInputException">The stream is shorter or its compression is damaged.</exception>
    public static void ReadExactly(Stream stream, Span<byte> buffer, string name)
    {
        if (ReadUpTo(stream, buffer, name) < buffer.Length) throw new BadInputException($"'{name}' is truncated");
    }

    /// <summary>Exactly <paramref name="count"/> bytes and then the end. Memory grows with what is really there, not with what was promised.</summary>
    /// <exception cref="BadInputException">The stream is shorter or longer.</exception>
    public static byte[] ReadRest(Stream stream, int count, string name)
    {
        var bytes = new byte[Math.Min(count, FirstChunk)];
        var filled = 0;
        while (true)
        {
            ReadExactly(stream, bytes.AsSpan(filled), name);
            filled = bytes.Length;
            if (filled == count) break;
            Array.Resize(ref bytes, (int)Math.Min(count, 2L * filled));
        }
        ExpectEnd(stream, name);
        return bytes;
    }

    /// <exception cref="BadInputException">There is something left in the stream.</exception>
    public static void ExpectEnd(Stream stream, string name)
    {
        Span<byte> one = stackalloc byte[1];
        if (ReadUpTo(stream, one, name) > 0) throw new BadInputException($"'{name}' is longer than its header says");
    }

    private static int ReadUpTo(Stream stream, Span<byte> buffer, string name)
    {
        try
        {
            return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new BadInputException($"'{name}' cannot be read: {e.Message}", e);
        }
    }
}
