using System.Buffers.Binary;
using System.Text;

namespace Pare.Torch.Native;

/// <summary>
/// Edits the version needs of a 64-bit little-endian ELF library. A need with the weak flag is not insisted on by the loader.
/// Structures: System V ABI, and "Symbol Versioning" of the Linux Standard Base (Elf64_Verneed, Elf64_Vernaux).
/// </summary>
internal static class ElfVersionNeed
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>Sets the weak flag of every need for <paramref name="version"/>; false where there is none.</summary>
    public static bool MakeWeak(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf.StartsWith("\u007fELF\u0002\u0001"u8)) return false;
        var sections = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]));
        int size = U16(elf, 0x3a), count = U16(elf, 0x3c);
        var changed = false;
        for (var i = 0; i < count; i++)
        {
            var header = sections + (i * size);
            if (U32(elf, header + 4) != VersionNeedSection) continue;
            var strings = Offset(elf, sections + ((int)U32(elf, header + 0x28) * size));
            changed |= Walk(elf, Offset(elf, header), strings, Encoding.ASCII.GetBytes(version + "\0"));
        }
        return changed;
    }

    private static bool Walk(Span<byte> elf, int need, int strings, ReadOnlySpan<byte> version)
    {
        var changed = false;
        for (uint step = 1; step != 0; need += (int)step)
        {
            var aux = need + (int)U32(elf, need + 8);
            for (uint next = 1; next != 0; aux += (int)next)
            {
                if (elf[(strings + (int)U32(elf, aux + 8))..].StartsWith(version))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(elf[(aux + 4)..], (ushort)(U16(elf, aux + 4) | WeakFlag));
                    changed = true;
                }
                next = U32(elf, aux + 12);
            }
            step = U32(elf, need + 12);
        }
        return changed;
    }

    private static int Offset(ReadOnlySpan<byte> elf, int header) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(elf[(header + 0x18)..]));
    private static ushort U16(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[at..]);
    private static uint U32(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf[at..]);
}
