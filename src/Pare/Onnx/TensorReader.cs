using Pare.Onnx.Wire;

namespace Pare.Onnx;

/// <summary>TensorProto in all its forms of storage. Payloads stay where they are in memory.</summary>
/// <param name="external">Loads the elements of a tensor kept beside the file; null refuses such tensors.</param>
internal sealed class TensorReader(Func<ExternalData, ReadOnlyMemory<byte>>? external)
{
    public Tensor Read(WireReader reader)
    {
        var name = "";
        var type = ElementType.Undefined;
        var shape = new List<long>();
        ReadOnlyMemory<byte>? raw = null;
        var strings = new List<ReadOnlyMemory<byte>>();
        var typed = new TypedStorage();
        ExternalData? place = null;
        var isExternal = false;
        var rest = new KeptFields();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: reader.AddInt64s(shape); break;
                case 2: type = (ElementType)reader.Int32; break;
                case 4 or 5 or 7 or 10 or 11: typed.Add(reader); break;
                case 6: strings.Add(reader.Bytes); break;
                case 8: name = reader.Text; break;
                case 9: raw = reader.Bytes; break;
                case 13: place = (place ?? new ExternalData()).With(OnnxReader.ReadPair(reader.Message)); break;
                case 14: isExternal = reader.Int32 == 1; break;
                default: rest.Add(reader.Raw); break;
            }
        }
        var tensor = new Tensor { Name = name, Type = type, Shape = [.. shape], Strings = [.. strings], IsExternal = isExternal, Rest = rest.Bytes };
        if (type.Bits() == 0) return WithoutSize(tensor, raw, typed);
        var need = SizeBytes(tensor);
        ReadOnlyMemory<byte> data;
        if (isExternal)
        {
            if (external is null) throw new BadInputException($"tensor '{name}' keeps its data in another file, which cannot be reached from here");
            data = external((place ?? new ExternalData()) with { Tensor = name, SizeBytes = need });
        }
        else
        {
            data = raw is { Length: > 0 } ? raw.Value : typed.ToLittleEndian(type, name);
        }
        if (data.Length != need)
            throw new BadInputException($"tensor '{name}' of {type}[{string.Join(',', shape)}] has {data.Length} bytes of data, {need} are needed");
        return tensor with { Data = data };
    }

    // Text has its own field. Of a type that is unknown here the raw bytes pass through; how typed fields hold it cannot be known.
    private static Tensor WithoutSize(Tensor tensor, ReadOnlyMemory<byte>? raw, TypedStorage typed)
    {
        if (tensor.IsExternal || (tensor.Type != ElementType.Text && typed.Any))
            throw new BadInputException($"tensor '{tensor.Name}' of element type {tensor.Type} keeps its elements in a way this version does not know");
        return tensor.Type == ElementType.Text ? tensor : tensor with { Data = raw ?? default };
    }

    private static long SizeBytes(Tensor tensor)
    {
        var count = tensor.Count;
        if (count > Array.MaxLength || tensor.Type.SizeBytes(count) > Array.MaxLength)
            throw new BadInputException($"tensor '{tensor.Name}' has {count} elements of {tensor.Type}; up to 2 GB a tensor are allowed");
        return tensor.Type.SizeBytes(count);
    }
}
