namespace Pare.Coding;

/// <summary>Appends numbers and bytes to a growing array.</summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[256];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Count);

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>The lowest <paramref name="width"/> bytes, little-endian.</summary>
    public void Number(ulong value, int width)
    {
        for (var i = 0; i < width; i++) Byte((byte)(value >> 8 * i));
    }

    /// <summary>Seven bits a byte, the lowest first, the top bit set on all but the last.</summary>
    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    /// <summary>The pieces one after the other, in an array of just their length.</summary>
    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var (whole, at) = (new byte[pieces.Sum(p => p.Length)], 0);
        foreach (var piece in pieces)
        {
            piece.CopyTo(whole.AsMemory(at));
            at += piece.Length;
        }
        return whole;
    }

    private Span<byte> Reserve(int count)
    {
        if (Count + count > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min((long)Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Count + count)));
        Count += count;
        return _bytes.AsSpan(Count - count, count);
    }
}
