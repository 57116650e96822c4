using System.Buffers;
using System.Security.Cryptography;

namespace Pare.Onnx;

/// <summary>ONNX files on disk, with the data files beside them.</summary>
public static class OnnxFile
{
    /// <summary>Protobuf allows 2 GB a file; a model that would be larger keeps its tensors in a data file.</summary>
    private const long MaxInlineBytes = int.MaxValue - (1 << 20);

    /// <summary>Tensors below this stay inside the ONNX file.</summary>
    private const int MinExternalBytes = 1024;

    /// <summary>No ONNX file begins with so many printable characters.</summary>
    private const int TextBytes = 16;
    private static readonly SearchValues<byte> Text = SearchValues.Create([.. "\t\n\r"u8, .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    /// <summary>Tensors may overlap in a data file, but not stand for many times what is there.</summary>
    private const int MaxOverlap = 4;

    /// <summary>Data files start each tensor on a page, so that it can be mapped.</summary>
    private const int Alignment = 4096;

    /// <summary>Reads a model and the data files it names.</summary>
    /// <exception cref="BadInputException">The file is missing, is not an ONNX model, or names files outside its folder.</exception>
    public static Model Read(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            // Tensors that share a place in the data file share their memory.
            var loaded = new Dictionary<(string, long, long), ReadOnlyMemory<byte>>();
            var taken = new Dictionary<string, long>();
            var file = ReadWhole(path);
            RefuseText(file);
            return OnnxReader.Read(file, place =>
            {
                var key = (place.Location, place.Offset, place.SizeBytes);
                if (loaded.TryGetValue(key, out var bytes) && (place.Length ?? place.SizeBytes) == place.SizeBytes) return bytes;
                (loaded[key], var length) = place.Load(folder);
                if ((taken[place.Location] = taken.GetValueOrDefault(place.Location) + place.SizeBytes) > MaxOverlap * length)
                    throw new BadInputException($"tensor '{place.Tensor}' overlaps others in '{place.Location}': together they take more than {MaxOverlap} times its {length} bytes");
                return loaded[key];
            });
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Writes a model, whole or not at all. Tensors that came from a data file, and all large ones where the model would be
    /// over 2 GB, go to <c>{path}.{hash of the data}.data</c>: a model that is overwritten keeps its own data until it is replaced.
    /// </summary>
    /// <exception cref="BadInputException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(Model model, string path) => Write(model, path, MaxInlineBytes);

    internal static void Write(Model model, string path, long maxInlineBytes)
    {
        // Data files go where the model goes.
        path = AtomicFile.Target(path);
        var tensors = model.Graph.AllTensors().Distinct<Tensor>(ReferenceEqualityComparer.Instance).ToList();
        var all = OnnxWriter.Write(model, null).Length > maxInlineBytes;
        var outside = tensors.Where(t => t.Data.Length >= MinExternalBytes && (all || t.IsExternal)).ToList();
        var dataPath = outside.Count > 0 ? $"{path}.{Digest(outside)}.data" : null;
        var places = Places(outside, Path.GetFileName(dataPath) ?? "");
        if (dataPath is not null) AtomicFile.Write(dataPath, stream => WriteData(stream, outside, places));
        AtomicFile.Write(path, OnnxWriter.Write(model, places.GetValueOrDefault).CopyTo);
        DeleteOlderData(path, dataPath);
    }

    private static Dictionary<Tensor, ExternalData> Places(List<Tensor> tensors, string location)
    {
        var places = new Dictionary<Tensor, ExternalData>(ReferenceEqualityComparer.Instance);
        long offset = 0;
        foreach (var tensor in tensors)
        {
            places[tensor] = new ExternalData { Tensor = tensor.Name, Location = location, Offset = offset, Length = tensor.Data.Length };
            offset = (offset + tensor.Data.Length + Alignment - 1) / Alignment * Alignment;
        }
        return places;
    }

    private static void WriteData(Stream stream, List<Tensor> tensors, Dictionary<Tensor, ExternalData> places)
    {
        foreach (var tensor in tensors)
        {
            stream.SetLength(places[tensor].Offset);
            stream.Position = places[tensor].Offset;
            stream.Write(tensor.Data.Span);
        }
    }

    private static string Digest(List<Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors)
        {
            hash.AppendData(BitConverter.GetBytes((long)tensor.Data.Length));
            hash.AppendData(tensor.Data.Span);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    /// <summary>The data files beside a model that carry its name: exactly the names that <see cref="Write(Model, string)"/> makes.</summary>
    public static IEnumerable<string> DataFiles(string path)
    {
        var full = Path.GetFullPath(path);
        return Directory.EnumerateFiles(Path.GetDirectoryName(full)!, Path.GetFileName(full) + ".*.data")
            .Where(file => file[(full.Length + 1)..^".data".Length] is { Length: 16 } digest && digest.All(char.IsAsciiHexDigitLower));
    }

    private static void DeleteOlderData(string path, string? keep)
    {
        foreach (var file in DataFiles(path))
            if (Path.GetFileName(file) != Path.GetFileName(keep)) TryDelete(file);
    }

    // The new model is complete; a leftover that cannot be deleted costs space only.
    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // What protobuf would say of them helps nobody.
    private static void RefuseText(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("version https://git-lfs"u8)) throw new BadInputException("the pointer that Git LFS leaves in place of a file; 'git lfs pull' fetches the model");
        if (file.Length > 0 && file[..Math.Min(file.Length, TextBytes)].IndexOfAnyExcept(Text) < 0) throw new BadInputException("not an ONNX model: it is text");
    }

    private static byte[] ReadWhole(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new BadInputException("a folder; an .onnx file is needed");
            var info = new FileInfo(path);
            if (info.Exists && info.Length > int.MaxValue) throw new BadInputException($"the file has {info.Length} bytes; protobuf allows 2 GB, the rest goes to external data");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message, e);
        }
    }
}
