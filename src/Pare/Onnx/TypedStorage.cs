using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pare.Onnx.Wire;

namespace Pare.Onnx;

/// <summary>
/// The elements of a tensor in one of ONNX's typed fields (float_data, int32_data, ...), brought to the raw form:
/// little-endian, packed below 8 bits. TensorProto's comments in onnx.proto say which type uses which field.
/// </summary>
internal sealed class TypedStorage
{
    private List<long>? _integers;
    private ReadOnlyMemory<byte> _fixed;
    private ArrayBufferWriter<byte>? _joined;
    private int _fixedWidth;

    /// <summary>True where there were elements.</summary>
    public bool Any => _integers is not null || _fixedWidth > 0;

    public void Add(WireReader reader)
    {
        if (reader.Field is 5 or 7 or 11)
        {
            reader.AddInt64s(_integers ??= []);
            return;
        }
        _fixedWidth = reader.Field == 4 ? 4 : 8;
        var piece = reader.Fixed(_fixedWidth);
        // One packed run is the form all writers use; it needs no copy. Anything else is joined.
        if (_joined is null && _fixed.Length == 0)
        {
            _fixed = piece;
            return;
        }
        if (_joined is null)
        {
            _joined = new();
            _joined.Write(_fixed.Span);
        }
        _joined.Write(piece.Span);
    }

    public ReadOnlyMemory<byte> ToLittleEndian(ElementType type, string name)
    {
        if (_fixedWidth > 0)
        {
            var wanted = type is ElementType.Double or ElementType.Complex128 ? 8 : type is ElementType.Float or ElementType.Complex64 ? 4 : 0;
            return _fixedWidth == wanted ? _joined?.WrittenMemory ?? _fixed : throw Misplaced(type, name);
        }
        if (_integers is null) return default;
        var values = CollectionsMarshal.AsSpan(_integers);
        // Below 8 bits each int32 holds one already packed byte.
        var width = Math.Max(8, type.Bits()) / 8;
        if (width > 8 || type is ElementType.Float or ElementType.Double or ElementType.Complex64) throw Misplaced(type, name);
        var bytes = new byte[checked(values.Length * width)];
        for (var i = 0; i < values.Length; i++)
        {
            var at = bytes.AsSpan(i * width);
            switch (width)
            {
                case 1: at[0] = (byte)values[i]; break;
                case 2: BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)values[i]); break;
                case 4: BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)values[i]); break;
                default: BinaryPrimitives.WriteUInt64LittleEndian(at, (ulong)values[i]); break;
            }
        }
        return bytes;
    }

    private static BadInputException Misplaced(ElementType type, string name) =>
        new($"tensor '{name}' of {type} keeps its elements in a field for another type");
}
