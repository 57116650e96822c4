namespace Pare.Onnx;

/// <summary>ONNX files on disk, with the data files beside them.</summary>
public static class OnnxFile
{
    /// <summary>Protobuf allows 2 GB a file; what may grow past this goes into a data file.</summary>
    private const long MaxInlineBytes = int.MaxValue - (1 << 20);

    /// <summary>Tensors below this stay inside the ONNX file.</summary>
    private const int MinExternalBytes = 1024;

    /// <summary>Data files start each tensor on a page, so that it can be mapped.</summary>
    private const int Alignment = 4096;

    /// <summary>Reads a model and the data files it names.</summary>
    /// <exception cref="BadInputException">The file is missing, is not an ONNX model, or names files outside its folder.</exception>
    public static Model Read(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return OnnxReader.Read(ReadWhole(path), place => place.Load(folder));
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Writes a model, whole or not at all. Tensors that came from a data file, and all large ones where the model is over
    /// 2 GB, go to <c>{path}.data</c>.
    /// </summary>
    public static void Write(Model model, string path)
    {
        var tensors = model.Graph.AllTensors().ToList();
        var all = tensors.Sum(t => (long)t.Data.Length) > MaxInlineBytes;
        var outside = tensors.Where(t => t.Data.Length >= MinExternalBytes && (all || t.IsExternal)).ToList();
        if (outside.Count == 0)
        {
            AtomicFile.Write(path, OnnxWriter.Write(model, null).CopyTo);
            return;
        }
        var dataPath = path + ".data";
        var places = new Dictionary<Tensor, ExternalData>(ReferenceEqualityComparer.Instance);
        long offset = 0;
        foreach (var tensor in outside)
        {
            offset = (offset + Alignment - 1) / Alignment * Alignment;
            places[tensor] = new ExternalData { Tensor = tensor.Name, Location = Path.GetFileName(dataPath), Offset = offset, Length = tensor.Data.Length };
            offset += tensor.Data.Length;
        }
        AtomicFile.Write(dataPath, stream =>
        {
            foreach (var tensor in outside)
            {
                stream.SetLength(places[tensor].Offset);
                stream.Position = places[tensor].Offset;
                stream.Write(tensor.Data.Span);
            }
        });
        AtomicFile.Write(path, OnnxWriter.Write(model, t => places.GetValueOrDefault(t)).CopyTo);
    }

    private static byte[] ReadWhole(string path)
    {
        try
        {
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
