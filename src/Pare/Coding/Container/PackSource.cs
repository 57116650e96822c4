using Pare.Onnx;

namespace Pare.Coding.Container;

/// <summary>A model file and its data files, cut into text and runs of elements.</summary>
internal sealed class PackSource
{
    /// <summary>Bytes between tensors of a data file are taken in runs of this size.</summary>
    private const int MaxGap = 1 << 26;
    private readonly byte[] _model;
    private readonly string? _folder;
    private readonly long[] _places;

    private PackSource(byte[] model, string? folder)
    {
        _model = model;
        _folder = folder;
        var cutter = Cut(long.MaxValue, out var text, out var fits);
        // A cut that the file is too short for ends the cutting before it.
        if (!fits) cutter = Cut(cutter.Payloads.Count - 1, out text, out _);
        Text = text;
        Cuts = cutter.Payloads;
        _places = new long[Cuts.Count];
        long cut = 0;
        for (var i = 0; i < _places.Length; i++)
        {
            _places[i] = Cuts[i].Offset + cut;
            cut += Cuts[i].Length;
        }
        DataFiles = folder is null ? [] : Files(cutter, folder);
    }

    /// <summary>What is left of the model file.</summary>
    public byte[] Text { get; }

    /// <summary>The runs of elements of the model file, in its order.</summary>
    public IReadOnlyList<Payload> Cuts { get; }

    public IReadOnlyList<DataFile> DataFiles { get; }

    /// <summary>Reads the model file; data files are read run by run.</summary>
    public static PackSource Open(string path)
    {
        try
        {
            return new(File.ReadAllBytes(path), Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message)}", e);
        }
    }

    /// <summary>A model file in memory that has no data files.</summary>
    public static PackSource Of(byte[] model) => new(model, null);

    /// <summary>The bytes of all runs in order: the model file's, then each data file's.</summary>
    public IEnumerable<(Payload Payload, ReadOnlyMemory<byte> Bytes)> Runs()
    {
        for (var i = 0; i < Cuts.Count; i++) yield return (Cuts[i], _model.AsMemory((int)_places[i], Cuts[i].Length));
        foreach (var file in DataFiles)
        {
            using var handle = Open(file.Location, _folder!);
            long at = 0;
            foreach (var run in file.Runs)
            {
                yield return (run, Read(handle, at, run.Length, file.Location));
                at += run.Length;
            }
        }
    }

    /// <summary>Adds the model file to a checksum.</summary>
    public void AddModel(ref Crc32C checksum) => checksum.Add(_model);

    private OnnxCutter Cut(long limit, out byte[] text, out bool fits)
    {
        var cutter = new OnnxCutter(limit);
        var kept = new ByteWriter();
        fits = true;
        for (var i = 0; i < _model.Length; i++)
        {
            kept.Byte(_model[i]);
            var cut = cutter.Feed(_model[i]);
            fits = cut <= _model.Length - i - 1;
            if (!fits) break;
            i += cut;
        }
        text = kept.Written.ToArray();
        return cutter;
    }

    private static List<DataFile> Files(OnnxCutter cutter, string folder)
    {
        var files = new List<DataFile>();
        foreach (var group in cutter.External.GroupBy(e => e.Place.Location))
        {
            group.First().Place.Resolve(folder);
            using var handle = Open(group.Key, folder);
            var length = RandomAccess.GetLength(handle);
            var runs = new List<Payload>();
            long at = 0;
            foreach (var (place, type, shape) in group.OrderBy(e => e.Place.Offset))
            {
                var size = place.Length ?? Size(type, shape);
                if (place.Offset < at || size is <= 0 or > int.MaxValue || place.Offset > length - size) continue;
                Gap(runs, files.Count, place.Offset - at);
                runs.Add(new() { Name = place.Tensor, Type = type == ElementType.Undefined ? ElementType.UInt8 : type, Shape = [.. shape.Select(d => Math.Max(0, d))], Width = Payload.WidthOf(type, size), Length = (int)size, File = files.Count, IsRaw = true });
                at = place.Offset + size;
            }
            Gap(runs, files.Count, length - at);
            files.Add(new(group.Key, length, runs));
        }
        return files;
    }

    private static long Size(ElementType type, long[] shape)
    {
        long count = 1;
        foreach (var d in shape)
        {
            if (d <= 0 || count > int.MaxValue / d) return 0;
            count *= d;
        }
        return type.SizeBytes(count);
    }

    private static void Gap(List<Payload> runs, int file, long length)
    {
        for (; length > 0; length -= runs[^1].Length)
            runs.Add(new() { Name = "", Type = ElementType.Undefined, Shape = [], Width = 1, Length = (int)Math.Min(length, MaxGap), File = file });
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Open(string location, string folder)
    {
        try
        {
            return File.OpenHandle(new ExternalData { Location = location }.Resolve(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot read the data file '{location}': {e.Message}", e);
        }
    }

    private static byte[] Read(Microsoft.Win32.SafeHandles.SafeFileHandle handle, long offset, int length, string location)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var read = RandomAccess.Read(handle, bytes.AsSpan(at), offset + at);
            if (read == 0) throw new BadInputException($"data file '{location}' ended while it was read");
            at += read;
        }
        return bytes;
    }
}
