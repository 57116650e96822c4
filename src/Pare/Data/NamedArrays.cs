using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Data;

/// <summary>The arrays of an <c>.npz</c> file as tensors, for networks whose inputs are no pictures.</summary>
public static class NamedArrays
{
    private const string Suffix = ".npy";

    private static readonly Dictionary<string, ElementType> Types = new()
    {
        ["b1"] = ElementType.Bool, ["i1"] = ElementType.Int8, ["u1"] = ElementType.UInt8, ["i2"] = ElementType.Int16, ["u2"] = ElementType.UInt16, ["f2"] = ElementType.Float16,
        ["i4"] = ElementType.Int32, ["u4"] = ElementType.UInt32, ["f4"] = ElementType.Float, ["i8"] = ElementType.Int64, ["u8"] = ElementType.UInt64, ["f8"] = ElementType.Double,
    };

    /// <summary>The arrays' names.</summary>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    public static ImmutableArray<string> Names(string path) => [.. FileSet.FromZip(path, Array.MaxLength).Paths.Where(p => p.EndsWith(Suffix, StringComparison.Ordinal)).Select(p => p[..^Suffix.Length])];

    /// <summary>The arrays by name.</summary>
    /// <exception cref="BadInputException">The file is damaged, or an array is.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        var files = FileSet.FromZip(path, Array.MaxLength);
        return Enumerable.Range(0, files.Paths.Length).Where(i => files.Paths[i].EndsWith(Suffix, StringComparison.Ordinal)).Select(i =>
        {
            var array = NpyArray.Read(new MemoryStream(files.Read(i)), files.NameOf(i));
            return new Tensor { Name = files.Paths[i][..^Suffix.Length], Type = Types[array.Header.Type], Shape = [.. array.Header.Shape.Select(d => (long)d)], Data = array.Bytes };
        }).ToDictionary(t => t.Name);
    }
}
