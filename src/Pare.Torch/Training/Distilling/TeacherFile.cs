using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pare.Torch.Training.Distilling;

/// <summary>
/// A teacher's outputs on disk: a mark of 8 bytes, a key of 32, the number of examples and of outputs an example (8 bytes each), the outputs as 32-bit floats
/// example by example, and the SHA-256 of all before it; little-endian. Whatever differs from what is expected is no such file.
/// </summary>
internal static class TeacherFile
{
    private static ReadOnlySpan<byte> Mark => "PareTch1"u8;
    private const int HeaderBytes = 8 + 32 + 8 + 8;

    /// <summary>The outputs, or null where there is no file, or one that is damaged or of something else.</summary>
    public static float[]? Read(string path, ReadOnlySpan<byte> key, int examples, int outputs)
    {
        // The length is known beforehand: nothing in the file decides how much is allocated.
        var length = HeaderBytes + 4L * examples * outputs + 32;
        if (length > Array.MaxLength || !File.Exists(path) || new FileInfo(path).Length != length) return null;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        if (bytes.Length != length || !bytes.AsSpan(0, HeaderBytes).SequenceEqual(Header(key, examples, outputs))) return null;
        if (!SHA256.HashData(bytes.AsSpan(..^32)).AsSpan().SequenceEqual(bytes.AsSpan(^32..))) return null;
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(HeaderBytes..^32)).ToArray();
    }

    /// <summary>Writes the file whole, in place of any that was there.</summary>
    /// <exception cref="BadInputException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string path, ReadOnlySpan<byte> key, int examples, int outputs, float[] values)
    {
        var header = Header(key, examples, outputs);
        AtomicFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Put(header);
            Put(MemoryMarshal.AsBytes(values.AsSpan()));
            stream.Write(hash.GetHashAndReset());

            void Put(ReadOnlySpan<byte> part)
            {
                hash.AppendData(part);
                stream.Write(part);
            }
        });
    }

    private static byte[] Header(ReadOnlySpan<byte> key, int examples, int outputs)
    {
        var header = new byte[HeaderBytes];
        Mark.CopyTo(header);
        key.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), examples);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), outputs);
        return header;
    }
}
