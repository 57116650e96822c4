using Pare.Coding.Container;
using Pare.Onnx;

namespace Pare.Coding;

/// <summary>
/// A packed file opened for single tensors. Large tensors are decoded alone; small ones share a stream, of which the part up to the
/// wanted tensor is decoded. Not for several threads at once.
/// </summary>
public sealed class PackedModel
{
    private readonly PackedSource _source;
    private readonly Dictionary<string, int> _index = [];

    internal PackedModel(PackedSource source)
    {
        _source = source;
        for (var i = 0; i < source.Runs.Count; i++)
            if (source.Runs[i].Name.Length > 0) _index.TryAdd(source.Runs[i].Name, i);
    }

    /// <summary>Names of the tensors whose elements are coded on their own; those of less than 24 bytes stay in the model's text.</summary>
    public IReadOnlyCollection<string> Names => _index.Keys;

    /// <summary>Decodes one tensor's elements as the file holds them: little-endian, or protobuf's varints for integers in typed lists.</summary>
    /// <exception cref="BadInputException">There is no such tensor, or its bytes are damaged.</exception>
    public ReadOnlyMemory<byte> Read(string name) =>
        _index.TryGetValue(name, out var run) ? _source.Run(run) : throw new BadInputException($"no tensor '{name}' of {OnnxCutter.MinLength} bytes or more is in the packed file");

    /// <summary>A tensor's element type and shape.</summary>
    /// <exception cref="BadInputException">There is no such tensor.</exception>
    public (ElementType Type, IReadOnlyList<long> Shape) Info(string name) =>
        _index.TryGetValue(name, out var run) ? (_source.Runs[run].Type, _source.Runs[run].Shape) : throw new BadInputException($"no tensor '{name}' of {OnnxCutter.MinLength} bytes or more is in the packed file");
}
