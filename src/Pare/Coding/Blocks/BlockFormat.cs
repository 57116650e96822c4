namespace Pare.Coding.Blocks;

/// <summary>How a tensor in blocks says where its values are and what they are.</summary>
/// <param name="GapBits">Width of a gap: 2 to 16; 0 where every element has a value.</param>
/// <param name="HasPalette">True for ranks in a palette, false for the values' bytes, plane by plane.</param>
internal readonly record struct BlockFormat(int GapBits, bool HasPalette)
{
    /// <summary>Elements of a block; the last one may be shorter.</summary>
    public const int Size = 1 << 20;

    /// <summary>Values a palette may have.</summary>
    public const int MaxPalette = 4096;

    public bool IsSparse => GapBits > 0;

    /// <summary>The gap symbol that stands for so many zeros with no value behind them.</summary>
    public int Filler => (1 << GapBits) - 1;

    public byte ToByte() => (byte)(GapBits << 1 | (HasPalette ? 1 : 0));

    public static BlockFormat Of(byte value) =>
        value >> 1 is 0 or >= 2 and <= 16 ? new(value >> 1, (value & 1) == 1) : throw new BadInputException($"packed file: gaps of {value >> 1} bits, 2 to 16 are allowed");

    public static int Blocks(int count) => (int)(((long)count + Size - 1) / Size);
}
