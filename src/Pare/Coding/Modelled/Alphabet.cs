using Pare.Coding.Container;
using Pare.Onnx;

namespace Pare.Coding.Modelled;

/// <summary>
/// The symbols of a tensor, numbered in the order of the values they stand for, with the values' rough sizes. Where symbols are
/// codes of a known codebook the order is the codebook's.
/// </summary>
internal sealed class Alphabet
{
    /// <summary>Magnitude classes.</summary>
    private const int Classes = 16;
    private readonly byte[] _rank;
    private readonly byte[] _symbol;

    /// <summary>Bits of a rank.</summary>
    public int Depth { get; }

    /// <summary>Magnitude of each rank in half octaves, 15 for the largest.</summary>
    public byte[] Magnitudes { get; }

    private Alphabet(ReadOnlySpan<ulong> values, int width, bool isFloat, bool isSigned, ElementType type)
    {
        var keys = new long[values.Length];
        var symbols = new int[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            keys[i] = Values.OrderKey(values[i], width, isFloat, isSigned);
            symbols[i] = i;
        }
        // By value, then by symbol: a stable order.
        Array.Sort(symbols, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        Depth = System.Numerics.BitOperations.Log2((uint)Math.Max(1, values.Length - 1)) + (values.Length > 1 ? 1 : 0);
        _rank = new byte[256];
        _symbol = new byte[256];
        Magnitudes = new byte[1 << Depth];
        var top = 0;
        foreach (var v in values) top = Math.Max(top, Values.HalfOctave(v, width, isFloat, isSigned, type));
        for (var r = 0; r < symbols.Length; r++)
        {
            _symbol[r] = (byte)symbols[r];
            _rank[symbols[r]] = (byte)r;
            Magnitudes[r] = (byte)Math.Max(0, Classes - 1 - top + Values.HalfOctave(values[symbols[r]], width, isFloat, isSigned, type));
        }
        // Ranks without a symbol stand for themselves.
        for (var r = symbols.Length; r < 256; r++) _symbol[r] = _rank[r] = (byte)r;
    }

    public int Rank(byte symbol) => _rank[symbol];
    public byte Symbol(int rank) => _symbol[rank];

    /// <summary>The codes of a codebook.</summary>
    public static Alphabet OfCodebook(ReadOnlySpan<byte> codebook, Payload payload) => OfValues(codebook, payload);

    /// <summary>A palette of values.</summary>
    public static Alphabet OfValues(ReadOnlySpan<byte> values, Payload payload)
    {
        var bits = new ulong[values.Length / payload.Width];
        for (var i = 0; i < bits.Length; i++) bits[i] = Values.Get(values, payload.Width, i);
        return new(bits, payload.Width, payload.IsFloat, IsSigned(payload.Type), payload.Type);
    }

    /// <summary>Bytes of unknown meaning: their size is the distance from the most frequent one.</summary>
    public static Alphabet OfBytes(int depth, int zero, ElementType type)
    {
        var values = new ulong[1 << depth];
        for (var i = 0; i < values.Length; i++)
        {
            var symbol = type == ElementType.Int8 ? (sbyte)i - (sbyte)zero : i - zero;
            values[i] = (ulong)(long)symbol & 0xffff;
        }
        return new(values, 2, isFloat: false, isSigned: true, type);
    }

    public static bool IsSigned(ElementType type) => type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64;
}
