using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Coding.Blocks;

/// <summary>How the values of a tensor are written: as ranks in a palette or as byte planes.</summary>
internal interface IValueCoding<T> where T : unmanaged
{
    /// <summary>What decoding needs to know once for all blocks.</summary>
    void WriteHeader(ByteWriter output);

    void Encode(ReadOnlySpan<T> values, ByteWriter output);
}

/// <summary>Values as ranks in a sorted palette, Huffman-coded.</summary>
internal sealed class RankCodes<T> : IValueCoding<T> where T : unmanaged, IBinaryInteger<T>
{
    private readonly Palette<T> _palette;
    private readonly HuffmanCode _code;

    public RankCodes((T Value, int Count)[] values)
    {
        _palette = Palette<T>.OfValues(values.Select(v => v.Value));
        var histogram = values.Select(v => v.Count).ToArray();
        _code = HuffmanCode.Of(histogram);
        Bits = _code.Bits(histogram) + values.Length * (8.0 * Marshal.SizeOf<T>() + 5);
    }

    public double Bits { get; }

    public void WriteHeader(ByteWriter output)
    {
        output.Varint((ulong)_palette.Values.Count);
        foreach (var value in _palette.Values) output.Number(ulong.CreateTruncating(value), Marshal.SizeOf<T>());
        CodeLengths.Write(_code, output);
    }

    public void Encode(ReadOnlySpan<T> values, ByteWriter output)
    {
        var ranks = new ushort[values.Length];
        for (var i = 0; i < ranks.Length; i++) ranks[i] = (ushort)_palette.Index(values[i]);
        HuffmanStreams.Encode(_code, ranks, output);
    }
}

/// <summary>Values byte by byte: all lowest bytes, then all next ones; each plane Huffman-coded or, where that gains nothing, as it is.</summary>
internal sealed class PlaneCodes<T> : IValueCoding<T> where T : unmanaged, IBinaryInteger<T>
{
    private readonly HuffmanCode?[] _codes = new HuffmanCode?[Marshal.SizeOf<T>()];
    private readonly int _turn;

    private PlaneCodes(bool isFloat) => _turn = isFloat ? 1 : 0;

    public double Bits { get; private set; }

    public static PlaneCodes<T> Of(ReadOnlySpan<T> data, T zero, bool isFloat, bool sparse)
    {
        var result = new PlaneCodes<T>(isFloat);
        var planes = new int[result._codes.Length][];
        for (var p = 0; p < planes.Length; p++) planes[p] = new int[256];
        foreach (var value in data)
        {
            if (sparse && value == zero) continue;
            var turned = ulong.CreateTruncating(T.RotateLeft(value, result._turn));
            for (var p = 0; p < planes.Length; p++) planes[p][(byte)(turned >> 8 * p)]++;
        }
        for (var p = 0; p < planes.Length; p++)
        {
            var code = HuffmanCode.Of(planes[p]);
            var coded = code.Bits(planes[p]) + 256 * 5;
            var plain = 8.0 * planes[p].Sum(n => (long)n);
            // Half a percent is not worth the time.
            if (coded < 0.995 * plain) result._codes[p] = code;
            result.Bits += Math.Min(coded, plain);
        }
        return result;
    }

    public void WriteHeader(ByteWriter output)
    {
        foreach (var code in _codes)
        {
            output.Byte((byte)(code is null ? 0 : 1));
            if (code is not null) CodeLengths.Write(code, output);
        }
    }

    public void Encode(ReadOnlySpan<T> values, ByteWriter output)
    {
        var plane = new ushort[values.Length];
        for (var p = 0; p < _codes.Length; p++)
        {
            for (var i = 0; i < plane.Length; i++) plane[i] = (byte)(ulong.CreateTruncating(T.RotateLeft(values[i], _turn)) >> 8 * p);
            if (_codes[p] is { } code) HuffmanStreams.Encode(code, plane, output);
            else
                foreach (var b in plane) output.Byte((byte)b);
        }
    }
}
