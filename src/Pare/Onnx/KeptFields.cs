using Pare.Onnx.Wire;

namespace Pare.Onnx;

/// <summary>Gathers fields to be kept as they stood.</summary>
internal struct KeptFields
{
    private List<ReadOnlyMemory<byte>>? _fields;

    public void Add(ReadOnlyMemory<byte> field) => (_fields ??= []).Add(field);

    public readonly ReadOnlyMemory<byte> Bytes
    {
        get
        {
            if (_fields is null) return default;
            if (_fields.Count == 1) return _fields[0];
            var writer = new WireWriter();
            foreach (var kept in _fields) writer.Raw(kept);
            return writer.ToArray();
        }
    }
}
