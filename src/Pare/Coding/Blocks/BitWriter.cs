namespace Pare.Coding.Blocks;

/// <summary>Bits into bytes, the lowest bit first.</summary>
internal sealed class BitWriter
{
    private byte[] _bytes = new byte[256];
    private int _count;
    private ulong _bits;
    private int _pending;

    /// <summary>Appends the lowest <paramref name="count"/> bits, at most 32.</summary>
    public void Write(uint value, int count)
    {
        _bits |= (ulong)value << _pending;
        _pending += count;
        if (_pending < 32) return;
        if (_count + 8 > _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_count), (uint)_bits);
        _count += 4;
        _bits >>= 32;
        _pending -= 32;
    }

    /// <summary>The bytes, the last one filled with zeros.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        if (_count + 8 > _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        for (; _pending > 0; _pending -= 8, _bits >>= 8) _bytes[_count++] = (byte)_bits;
        _pending = 0;
        return _bytes.AsSpan(0, _count);
    }
}
