using System.Buffers.Binary;

namespace Pare.Coding.Blocks;

/// <summary>Bits out of bytes, the lowest bit first. Past the end come zeros; <see cref="IsExact"/> tells.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _bits;
    private int _have;
    private int _position;

    /// <summary>Makes at least 56 bits ready.</summary>
    public void Fill()
    {
        if (_position + 8 <= _bytes.Length)
        {
            _bits |= BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]) << _have;
            var taken = (63 - _have) >> 3;
            _position += taken;
            _have += taken << 3;
            return;
        }
        for (; _have <= 56; _have += 8, _position++)
            if (_position < _bytes.Length) _bits |= (ulong)_bytes[_position] << _have;
    }

    /// <summary>The bits that are ready, the next one lowest.</summary>
    public readonly ulong Ready => _bits;

    public void Skip(int count)
    {
        _bits >>= count;
        _have -= count;
    }

    /// <summary>Reads up to 32 bits.</summary>
    public uint Read(int count)
    {
        Fill();
        var value = (uint)(_bits & (1UL << count) - 1);
        Skip(count);
        return value;
    }

    /// <summary>True where all bytes were needed, none was missing, and the last one's spare bits are zero.</summary>
    public readonly bool IsExact
    {
        get
        {
            var used = (long)_position * 8 - _have;
            return (used + 7) / 8 == _bytes.Length && (_have == 0 || used % 8 == 0 || (_bits & (1UL << (int)(8 - used % 8)) - 1) == 0);
        }
    }
}
