using System.Buffers.Binary;
using System.Numerics;

namespace Pare.Coding.Container;

/// <summary>CRC-32C (Castagnoli), as in iSCSI (RFC 3720): reflected, all ones before and after.</summary>
internal struct Crc32C
{
    private uint _state;

    public readonly uint Value => ~_state;

    public static Crc32C Start() => new() { _state = uint.MaxValue };

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        for (; bytes.Length >= 8; bytes = bytes[8..]) state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) state = BitOperations.Crc32C(state, b);
        _state = state;
    }
}
