using Pare.Onnx;

namespace Pare.Coding.Container;

/// <summary>Puts text and runs together again.</summary>
internal static class Unpacker
{
    /// <summary>Writes the model file and its data files; none appears before all are decoded and the checksum is right.</summary>
    public static long Unpack(PackedSource source, string modelPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var paths = source.DataFiles.Select(f => new ExternalData { Tensor = modelPath, Location = f.Location }.Resolve(folder)).ToList();
        if (paths.Append(Path.GetFullPath(modelPath)).Distinct(StringComparer.Ordinal).Count() != paths.Count + 1)
            throw new BadInputException($"'{modelPath}' has the name of one of the model's data files ({string.Join(", ", source.DataFiles.Select(f => f.Location))}); give another");
        CheckFree(source, paths, modelPath);
        var checksum = Crc32C.Start();
        AtomicFile.Write(modelPath, stream =>
        {
            foreach (var piece in Model(source)) Put(stream, piece, ref checksum);
            WriteDataFile(0, ref checksum);
        });
        return source.ModelLength + source.DataFiles.Sum(f => f.Length);

        void WriteDataFile(int file, ref Crc32C sum)
        {
            if (file == paths.Count)
            {
                Check(source, sum.Value);
                return;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(paths[file])!);
            var inner = sum;
            AtomicFile.Write(paths[file], stream =>
            {
                foreach (var piece in DataFile(source, file)) Put(stream, piece, ref inner);
                WriteDataFile(file + 1, ref inner);
            });
        }
    }

    // Data files have names that other models may use: only those of the model that is replaced may be.
    private static void CheckFree(PackedSource source, List<string> paths, string modelPath)
    {
        for (var file = 0; file < paths.Count; file++)
            if (File.Exists(paths[file]) && !Names(modelPath, source.DataFiles[file].Location) && !Holds(paths[file], DataFile(source, file)))
                throw new BadInputException($"'{paths[file]}' is there already, with other content: another model may need it; give another folder");
    }

    private static bool Names(string model, string location) => File.Exists(model) && File.ReadAllBytes(model).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(location)) >= 0;

    private static bool Holds(string path, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        foreach (var piece in pieces)
        {
            for (var at = 0; at < piece.Length;)
            {
                var part = piece.Span.Slice(at, Math.Min(buffer.Length, piece.Length - at));
                if (stream.ReadAtLeast(buffer.AsSpan(0, part.Length), part.Length, throwOnEndOfStream: false) != part.Length || !part.SequenceEqual(buffer.AsSpan(0, part.Length))) return false;
                at += part.Length;
            }
        }
        return stream.ReadByte() < 0;
    }

    /// <summary>The model file alone, and the data files by location.</summary>
    public static (byte[] Model, Dictionary<string, byte[]> Files) Read(PackedSource source)
    {
        source.CheckLengths();
        var checksum = Crc32C.Start();
        var model = Join(Model(source), source.ModelLength, ref checksum);
        var files = new Dictionary<string, byte[]>();
        for (var f = 0; f < source.DataFiles.Count; f++)
            files[source.DataFiles[f].Location] = Join(DataFile(source, f), source.DataFiles[f].Length, ref checksum);
        Check(source, checksum.Value);
        return (model, files);
    }

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> pieces, long length, ref Crc32C checksum)
    {
        if (length > Array.MaxLength) throw new BadInputException($"a file of {length} bytes does not fit into memory as one piece; unpack it to disk");
        var (whole, at) = (new byte[length], 0);
        foreach (var piece in pieces)
        {
            checksum.Add(piece.Span);
            piece.CopyTo(whole.AsMemory(at));
            at += piece.Length;
        }
        return whole;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Model(PackedSource source)
    {
        var at = 0;
        for (var i = 0; i < source.Cuts.Count; i++)
        {
            var cut = (int)source.Cuts[i].Offset;
            yield return source.Text.AsMemory(at, cut - at);
            yield return source.Run(i);
            at = cut;
        }
        yield return source.Text.AsMemory(at);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> DataFile(PackedSource source, int file)
    {
        var first = source.Cuts.Count + source.DataFiles.Take(file).Sum(f => f.Runs.Count);
        for (var i = 0; i < source.DataFiles[file].Runs.Count; i++) yield return source.Run(first + i);
    }

    private static void Put(Stream stream, ReadOnlyMemory<byte> piece, ref Crc32C checksum)
    {
        checksum.Add(piece.Span);
        stream.Write(piece.Span);
    }

    private static void Check(PackedSource source, uint checksum)
    {
        source.End();
        if (checksum != source.Checksum)
            throw new BadInputException($"packed file: the checksum of what was unpacked is {checksum:x8}, {source.Checksum:x8} is recorded; the file is damaged");
    }
}
