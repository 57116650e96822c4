using Pare.Coding.Container;
using Pare.Onnx;

namespace Pare.Coding;

/// <summary>
/// The packed file, <c>.pare</c>: any ONNX file with its data files, without loss, in few bytes (docs/format.md). It knows no
/// compression method: it codes each tensor's elements where they stand and models what is around them.
/// </summary>
public static class PackedFile
{
    /// <summary>Packs a model and the data files it names into one file.</summary>
    /// <returns>The packed file's size in bytes.</returns>
    /// <exception cref="BadInputException">A file is missing, or a data file lies outside the model's folder.</exception>
    public static long Pack(string modelPath, string packedPath)
    {
        var source = PackSource.Open(modelPath);
        AtomicFile.Write(packedPath, stream => Packer.Pack(source, stream));
        return new FileInfo(packedPath).Length;
    }

    /// <summary>
    /// Restores the model, byte for byte, at <paramref name="modelPath"/> and its data files beside it under their recorded names.
    /// All of them are checked before any appears.
    /// </summary>
    /// <exception cref="BadInputException">The file is not a packed file, is damaged, or names files outside the folder.</exception>
    public static void Unpack(string packedPath, string modelPath)
    {
        using var _ = Named(packedPath, out var source);
        Unpacker.Unpack(source, modelPath);
    }

    private static IDisposable? Named(string path, out PackedSource source)
    {
        source = new PackedSource(ReadWhole(path));
        return null;
    }

    private static byte[] ReadWhole(string path) => File.ReadAllBytes(path);
}
