namespace Pare.Coding.Modelled;

/// <summary>
/// A binary arithmetic coder (the carryless coder of PAQ). One class serves both directions, so that a model is written once and
/// cannot disagree with itself: <see cref="Bit"/> codes the bit it is given, or ignores it and returns the decoded one.
/// </summary>
internal sealed class ArithmeticCoder
{
    private readonly ReadOnlyMemory<byte> _input;
    private readonly bool _isDecoding;
    private byte[] _output = [];
    private int _position;
    private uint _low;
    private uint _high = uint.MaxValue;
    private uint _code;

    private ArithmeticCoder(ReadOnlyMemory<byte> input, bool isDecoding)
    {
        _input = input;
        _isDecoding = isDecoding;
        if (IsDecoding)
            for (var i = 0; i < 4; i++) _code = (_code << 8) | NextByte();
    }

    public bool IsDecoding => _isDecoding;

    public static ArithmeticCoder Encoder() => new(default, false);
    public static ArithmeticCoder Decoder(ReadOnlyMemory<byte> input) => new(input, true);

    /// <summary>Bytes written or read so far.</summary>
    public int Position => _position;

    /// <summary>Where the bits spent are counted; null for not at all.</summary>
    public BitTally? Tally { get; set; }

    /// <summary>Codes one bit.</summary>
    /// <param name="bit">The bit to encode; ignored when decoding.</param>
    /// <param name="probability">Probability of a one, in [1, 65535] / 65536.</param>
    /// <returns>The bit.</returns>
    public int Bit(int bit, int probability)
    {
        var middle = _low + (uint)(((ulong)(_high - _low) * (uint)probability) >> 16);
        if (_isDecoding) bit = _code <= middle ? 1 : 0;
        Tally?.Add(bit != 0 ? probability : 65536 - probability);
        if (bit != 0) _high = middle;
        else _low = middle + 1;
        Shift();
        return bit;
    }

    // Moves out the leading bytes on which both ends of the interval agree.
    private void Shift()
    {
        while (((_low ^ _high) & 0xff000000) == 0)
        {
            if (_isDecoding) _code = (_code << 8) | NextByte();
            else Put((byte)(_high >> 24));
            _low <<= 8;
            _high = (_high << 8) | 255;
        }
    }

    /// <summary>Codes the lowest <paramref name="count"/> bits, each at one half.</summary>
    public uint Bits(uint value, int count)
    {
        uint result = 0;
        for (var i = count - 1; i >= 0; i--) result = (result << 1) | (uint)Bit((int)(value >> i) & 1, 32768);
        return result;
    }

    /// <summary>Codes a byte, all values being equally likely.</summary>
    public byte Byte(byte value)
    {
        var part = _high - _low >> 8;
        if (part < 256) return (byte)Bits(value, 8);
        if (IsDecoding) value = (byte)Math.Min(255, (_code - _low) / part);
        _low += value * part;
        if (value < 255) _high = _low + part - 1;
        if (Tally is { } tally)
            for (var i = 0; i < 8; i++) tally.Add(32768);
        Shift();
        return value;
    }

    /// <summary>Ends encoding with as few bytes as tell the last interval apart, zeros being read after them.</summary>
    public byte[] Finish()
    {
        for (var count = 0; count <= 4; count++)
        {
            var mask = count == 4 ? 0 : uint.MaxValue >> (8 * count);
            var value = (_low + (ulong)mask) & ~(ulong)mask;
            if (value > _high) continue;
            for (var i = 0; i < count; i++) Put((byte)(value >> (24 - 8 * i)));
            break;
        }
        return _output.AsSpan(0, _position).ToArray();
    }

    /// <summary>Ends decoding.</summary>
    /// <exception cref="BadInputException">Bytes are left over.</exception>
    public void End()
    {
        if (_position < _input.Length) throw new BadInputException($"packed file: a modelled stream has {_input.Length - _position} bytes too many");
    }

    private byte NextByte()
    {
        if (_position < _input.Length) return _input.Span[_position++];
        // The four bytes of the last interval may be missing, no more.
        if (_position++ >= _input.Length + 4) throw new BadInputException("packed file: a modelled stream ends early");
        return 0;
    }

    private void Put(byte value)
    {
        if (_position == _output.Length) Array.Resize(ref _output, Math.Max(256, _output.Length * 2));
        _output[_position++] = value;
    }
}
