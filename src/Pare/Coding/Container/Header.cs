using System.Buffers.Binary;

namespace Pare.Coding.Container;

/// <summary>The start of a packed file (docs/format.md, "Header").</summary>
internal readonly record struct Header
{
    /// <summary>"Par" and the format's version.</summary>
    private static ReadOnlySpan<byte> Magic => "Par\u0001"u8;

    /// <summary>Text up to this size is modelled; more goes through Brotli, which is quicker.</summary>
    public const int MaxModelledText = 1 << 20;

    /// <summary>CRC-32C of the model file's bytes, followed by those of its data files.</summary>
    public required uint Checksum { get; init; }

    /// <summary>Bytes of the description of data files that stands before the model's own text; 0 where there are none.</summary>
    public required int ManifestLength { get; init; }

    /// <summary>Bytes that are left of the model file when the elements are cut out.</summary>
    public required int TextLength { get; init; }

    /// <summary>Runs of elements cut out of the model file.</summary>
    public required int Cuts { get; init; }

    /// <summary>Bytes of the Brotli stream that holds the text; 0 where the text is modelled.</summary>
    public required int BrotliLength { get; init; }

    /// <summary>Bytes of the shared modelled stream; null where it is the rest of the file.</summary>
    public required int? SharedLength { get; init; }

    public void Write(ByteWriter output)
    {
        output.Bytes(Magic);
        output.Number(Checksum, 4);
        var flags = (ManifestLength > 0 ? 1 : 0) | (BrotliLength > 0 ? 2 : 0) | (SharedLength is not null ? 4 : 0);
        output.Varint((ulong)TextLength << 3 | (uint)flags);
        output.Varint((ulong)Cuts);
        if (ManifestLength > 0) output.Varint((ulong)ManifestLength);
        if (BrotliLength > 0) output.Varint((ulong)BrotliLength);
        if (SharedLength is { } length) output.Varint((ulong)length);
    }

    public static Header Read(ref ByteReader input)
    {
        if (input.Remaining < 4 || !input.Take(3).SequenceEqual(Magic[..3])) throw new BadInputException("not a packed file: it does not begin with 'Par'");
        var version = input.Byte();
        if (version != Magic[3]) throw new BadInputException($"packed file: format version {version}, this program reads version {Magic[3]}");
        var checksum = (uint)input.Number(4);
        var first = input.Varint();
        var header = new Header
        {
            Checksum = checksum,
            TextLength = first >> 3 <= int.MaxValue ? (int)(first >> 3) : throw new BadInputException($"packed file: {first >> 3} bytes of text, up to 2 GB are allowed"),
            Cuts = input.Number("the number of cuts", int.MaxValue),
            ManifestLength = (first & 1) == 1 ? input.Number("the length of the list of data files", int.MaxValue) : 0,
            BrotliLength = (first & 2) == 2 ? input.Number("the length of the text", int.MaxValue) : 0,
            SharedLength = (first & 4) == 4 ? input.Number("the length of the shared stream", int.MaxValue) : null,
        };
        if (header.BrotliLength == 0 && (long)header.TextLength + header.ManifestLength > MaxModelledText)
            throw new BadInputException($"packed file: {(long)header.TextLength + header.ManifestLength} bytes of modelled text, up to {MaxModelledText} are allowed");
        return header;
    }
}
