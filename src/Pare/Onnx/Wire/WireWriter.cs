using System.Buffers.Binary;
using System.Text;

namespace Pare.Onnx.Wire;

/// <summary>
/// Builds one protobuf message as a list of pieces. Large payloads are referenced, not copied, so writing a model needs
/// little memory beside the model.
/// </summary>
public sealed class WireWriter
{
    private const int CopyBelow = 256;
    private readonly List<ReadOnlyMemory<byte>> _pieces = [];
    private byte[] _buffer = new byte[512];
    private int _start;
    private int _end;

    /// <summary>Length of the message so far, in bytes.</summary>
    public long Length { get; private set; }

    public void Int64(int field, long value)
    {
        Tag(field, WireType.Varint);
        Varint((ulong)value);
    }

    public void Float(int field, float value)
    {
        Tag(field, WireType.Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(Reserve(4), value);
    }

    public void Bytes(int field, ReadOnlyMemory<byte> value)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)value.Length);
        Raw(value);
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Text that protobuf leaves out when empty.</summary>
    public void TextUnlessEmpty(int field, string value)
    {
        if (value.Length > 0) Text(field, value);
    }

    public void Message(int field, WireWriter message)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)message.Length);
        foreach (var piece in message.Pieces()) Raw(piece);
    }

    public void PackedInt64s(int field, IReadOnlyCollection<long> values)
    {
        if (values.Count == 0) return;
        var packed = new WireWriter();
        foreach (var value in values) packed.Varint((ulong)value);
        Message(field, packed);
    }

    /// <summary>Bytes as they are: whole fields kept from a file that was read.</summary>
    public void Raw(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < CopyBelow)
        {
            bytes.Span.CopyTo(Reserve(bytes.Length));
            return;
        }
        Cut();
        _pieces.Add(bytes);
        Length += bytes.Length;
    }

    /// <summary>Writes the message to a stream.</summary>
    public void CopyTo(Stream stream)
    {
        foreach (var piece in Pieces()) stream.Write(piece.Span);
    }

    /// <summary>The message as one array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        var at = 0;
        foreach (var piece in Pieces())
        {
            piece.Span.CopyTo(bytes.AsSpan(at));
            at += piece.Length;
        }
        return bytes;
    }

    private List<ReadOnlyMemory<byte>> Pieces()
    {
        Cut();
        return _pieces;
    }

    private void Tag(int field, WireType type) => Varint((ulong)(((uint)field << 3) | (uint)type));

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Reserve(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }
        Reserve(1)[0] = (byte)value;
    }

    private Span<byte> Reserve(int count)
    {
        if (_end + count > _buffer.Length)
        {
            Cut();
            _buffer = new byte[Math.Max(_buffer.Length * 2, count)];
            _start = _end = 0;
        }
        Length += count;
        _end += count;
        return _buffer.AsSpan(_end - count, count);
    }

    private void Cut()
    {
        if (_end == _start) return;
        _pieces.Add(_buffer.AsMemory(_start, _end - _start));
        _start = _end;
    }
}
