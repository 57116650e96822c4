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
    public static long Pack(string modelPath, string packedPath) => Write(packedPath, Packer.Pack(PackSource.Open(modelPath)));

    /// <summary>Packs the bytes of a model file into a file. Elements that it keeps in data files are left where they are.</summary>
    /// <returns>The packed file's size in bytes.</returns>
    public static long Pack(byte[] model, string packedPath) => Write(packedPath, Packer.Pack(PackSource.Of(model)));

    /// <summary>Packs the bytes of a model file. Elements that it keeps in data files are left where they are.</summary>
    public static byte[] Pack(byte[] model) => ByteWriter.Join(Packer.Pack(PackSource.Of(model)));

    /// <summary>Bytes that <see cref="Pack(byte[])"/> makes of a model file.</summary>
    public static long SizeOf(byte[] model) => Packer.Pack(PackSource.Of(model)).Sum(p => (long)p.Length);

    /// <summary>
    /// Restores the model, byte for byte, at <paramref name="modelPath"/>, and its data files beside it under their recorded names.
    /// All of them are decoded and checked before any appears. A data file that is there already is replaced where the model at <paramref name="modelPath"/> is what names it.
    /// </summary>
    /// <returns>Bytes of all files together.</returns>
    /// <exception cref="BadInputException">The file is not a packed file, is damaged, names files outside the folder, or a data file is in the way.</exception>
    public static long Unpack(string packedPath, string modelPath) =>
        In(packedPath, source => Unpacker.Unpack(source, modelPath));

    /// <summary>The model as bytes that a runtime loads; elements of data files stand inside.</summary>
    /// <exception cref="BadInputException">The file is not a packed file or is damaged.</exception>
    public static byte[] ReadModel(string packedPath) => In(packedPath, ReadModel);

    /// <summary>The model in a packed file's bytes, as bytes that a runtime loads.</summary>
    public static byte[] ReadModel(ReadOnlyMemory<byte> packed) => ReadModel(new PackedSource(packed));

    /// <summary>Opens a packed file for reading single tensors.</summary>
    /// <exception cref="BadInputException">The file is not a packed file or is damaged.</exception>
    public static PackedModel Open(string packedPath) => In(packedPath, source => new PackedModel(source));

    /// <summary>What each part of a packed file takes.</summary>
    /// <exception cref="BadInputException">The file is not a packed file or is damaged.</exception>
    public static PackedDescription Describe(string packedPath) => In(packedPath, PackedDescription.Of);

    /// <summary>What each part of a packed file takes.</summary>
    public static PackedDescription Describe(ReadOnlyMemory<byte> packed) => PackedDescription.Of(new PackedSource(packed));

    private static byte[] ReadModel(PackedSource source)
    {
        var (model, files) = Unpacker.Read(source);
        if (files.Count == 0) return model;
        return OnnxWriter.ToBytes(OnnxReader.Read(model, place => Part(files, place)));
    }

    private static ReadOnlyMemory<byte> Part(Dictionary<string, byte[]> files, ExternalData place)
    {
        if (!files.TryGetValue(place.Location, out var file)) throw new BadInputException($"tensor '{place.Tensor}' keeps its data in '{place.Location}', which is not in the packed file");
        if (place.Offset > file.Length - place.SizeBytes) throw new BadInputException($"tensor '{place.Tensor}' needs {place.SizeBytes} bytes at {place.Offset} of '{place.Location}', which has {file.Length}");
        return file.AsMemory((int)place.Offset, (int)place.SizeBytes);
    }

    private static long Write(string path, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        AtomicFile.Write(path, stream =>
        {
            foreach (var piece in pieces) stream.Write(piece.Span);
        });
        return pieces.Sum(p => (long)p.Length);
    }

    // Reads and names the file in what goes wrong.
    private static T In<T>(string path, Func<PackedSource, T> use)
    {
        try
        {
            if (Directory.Exists(path)) throw new BadInputException("a folder; a .pare file is needed");
            return use(new PackedSource(File.ReadAllBytes(path)));
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message)}", e);
        }
    }
}
