using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Pare.Onnx.Wire;

/// <summary>How a protobuf field is stored (Protocol Buffers, "Encoding", wire types).</summary>
public enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>
/// Walks the fields of one protobuf message without copying: <see cref="Next"/> moves to a field, the typed readers
/// give its value. Every length is checked against the bytes that are there.
/// </summary>
public struct WireReader(ReadOnlyMemory<byte> message, int start = 0)
{
    /// <summary>Offset in the whole file of the message's first byte.</summary>
    private readonly int _origin = start;
    private int _position;
    private int _fieldStart;
    private int _payloadStart;
    private int _payloadEnd;
    private ulong _scalar;

    /// <summary>The message that is walked.</summary>
    public readonly ReadOnlyMemory<byte> Whole => message;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Wire type of the current field.</summary>
    public WireType Type { get; private set; }

    /// <summary>The current field with its tag, as it stands in the file.</summary>
    public readonly ReadOnlyMemory<byte> Raw => message[_fieldStart.._payloadEnd];

    /// <summary>Offset of the current field's payload (after tag and length) in the whole file.</summary>
    public readonly int PayloadOffset => _origin + _payloadStart;

    /// <summary>Length in bytes of the current field's payload.</summary>
    public readonly int PayloadLength => _payloadEnd - _payloadStart;

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    /// <exception cref="BadInputException">The bytes are not a protobuf message.</exception>
    public bool Next()
    {
        if (_position >= message.Length) return false;
        _fieldStart = _position;
        var tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue) throw Broken($"field number {tag >> 3} is not allowed");
        Field = (int)(tag >> 3);
        Type = (WireType)(tag & 7);
        _payloadStart = _position;
        switch (Type)
        {
            case WireType.Varint: _scalar = Varint(); break;
            case WireType.Fixed64: _scalar = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case WireType.Fixed32: _scalar = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            case WireType.Bytes:
                var length = Varint();
                _payloadStart = _position;
                if (length > (ulong)(message.Length - _position))
                    throw Broken($"field {Field} has {length} bytes, only {message.Length - _position} follow");
                _position += (int)length;
                break;
            default: throw Broken($"wire type {(int)Type} is not allowed");
        }
        _payloadEnd = _position;
        return true;
    }

    /// <summary>The current field as a signed 64-bit integer.</summary>
    public readonly long Int64 => Type == WireType.Varint ? (long)_scalar : throw Broken($"field {Field} is not an integer");

    /// <summary>The current field as a 32-bit integer (the low half, as protobuf reads an int32).</summary>
    public readonly int Int32 => (int)Int64;

    /// <summary>The current field as a float.</summary>
    public readonly float Float => Type == WireType.Fixed32 ? BitConverter.UInt32BitsToSingle((uint)_scalar) : throw Broken($"field {Field} is not a float");

    /// <summary>The current field's payload.</summary>
    public readonly ReadOnlyMemory<byte> Bytes => Type == WireType.Bytes ? message[_payloadStart.._payloadEnd] : throw Broken($"field {Field} has no length");

    /// <summary>The current field as UTF-8 text.</summary>
    /// <exception cref="BadInputException">The bytes are not UTF-8; replaced bytes could make two names one.</exception>
    public readonly string Text
    {
        get
        {
            var bytes = Bytes.Span;
            return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Broken($"field {Field} is not UTF-8 text");
        }
    }

    /// <summary>A reader over the current field as a message of its own.</summary>
    public readonly WireReader Message => new(Bytes, _origin + _payloadStart);

    /// <summary>The bytes of the current repeated field of fixed width, packed or single.</summary>
    public readonly ReadOnlyMemory<byte> Fixed(int width)
    {
        var single = width == 4 ? WireType.Fixed32 : WireType.Fixed64;
        if (Type != WireType.Bytes && Type != single) throw Broken($"field {Field} does not hold numbers of {width} bytes");
        return message[_payloadStart.._payloadEnd];
    }

    /// <summary>Appends the current repeated integer field, packed or single.</summary>
    public readonly void AddInt64s(List<long> values)
    {
        if (Type != WireType.Bytes)
        {
            values.Add(Int64);
            return;
        }
        var packed = new WireReader(Bytes, PayloadOffset);
        while (packed._position < packed.End) values.Add((long)packed.Varint());
    }

    /// <summary>Appends the current repeated float field, packed or single.</summary>
    public readonly void AddFloats(List<float> values)
    {
        if (Type != WireType.Bytes)
        {
            values.Add(Float);
            return;
        }
        var span = Bytes.Span;
        if (span.Length % 4 != 0) throw Broken($"packed field {Field} has {span.Length} bytes, a multiple of 4 is allowed");
        for (var i = 0; i < span.Length; i += 4) values.Add(BinaryPrimitives.ReadSingleLittleEndian(span[i..]));
    }

    private readonly int End => message.Length;

    private ReadOnlySpan<byte> Take(int count)
    {
        if (message.Length - _position < count) throw Broken("the file ends inside a number");
        _position += count;
        return message.Span.Slice(_position - count, count);
    }

    private ulong Varint()
    {
        var span = message.Span;
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= span.Length) throw Broken("the file ends inside a number");
            var b = span[_position++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
        throw Broken("a number is longer than 10 bytes");
    }

    private readonly BadInputException Broken(string what) => new($"not an ONNX model, or damaged, at byte {_origin + _position}: {what}");
}
