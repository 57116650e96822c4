namespace Pare.Coding;

/// <summary>Takes numbers and bytes off a span; every length is checked against what is there.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public byte Byte() => Take(1)[0];

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining) throw new BadInputException($"packed file: {count} bytes are expected at byte {Position} of a part, {Remaining} are there");
        Position += count;
        return _bytes.Slice(Position - count, count);
    }

    public ulong Number(int width)
    {
        ulong value = 0;
        var taken = Take(width);
        for (var i = width - 1; i >= 0; i--) value = value << 8 | taken[i];
        return value;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b >= 0x80) continue;
            if (b == 0 && shift > 0) break;
            return value;
        }
        throw new BadInputException("packed file: a number is not in its shortest form of up to 9 bytes");
    }

    /// <summary>A number of bytes that follow.</summary>
    public int Length()
    {
        var value = Varint();
        return value <= (ulong)Remaining ? (int)value : throw new BadInputException($"packed file: a part of {value} bytes is announced, {Remaining} bytes are left");
    }

    /// <summary>A number up to a bound.</summary>
    public int Number(string what, int most)
    {
        var value = Varint();
        return value <= (ulong)most ? (int)value : throw new BadInputException($"packed file: {what} is {value}, up to {most} is allowed");
    }

    public readonly void End(string what)
    {
        if (Remaining > 0) throw new BadInputException($"packed file: {Remaining} bytes are left over after {what}");
    }
}
