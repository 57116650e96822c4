using System.Buffers.Binary;

namespace Pare.Coding.Text;

/// <summary>
/// The text that <see cref="TextModel"/> has read before it starts: what ONNX files of several origins leave when their elements are cut
/// out. It is a part of the format: a change makes a new version.
/// </summary>
internal static class Primer
{
    /// <summary>The texts of primer.bin, each with its length in two bytes before it.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Texts { get; } = Split(Load());

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> bytes)
    {
        var texts = new List<ReadOnlyMemory<byte>>();
        while (bytes.Length > 0)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span);
            texts.Add(bytes.Slice(2, length));
            bytes = bytes[(2 + length)..];
        }
        return texts;
    }

    private static byte[] Load()
    {
        using var stream = typeof(Primer).Assembly.GetManifestResourceStream("Pare.Coding.primer")
            ?? throw new InvalidOperationException("The assembly was built without primer.bin.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
