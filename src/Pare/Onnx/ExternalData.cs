using System.Globalization;

namespace Pare.Onnx;

/// <summary>Where a tensor's elements are kept outside the ONNX file (the ONNX standard, "External Data").</summary>
public sealed record ExternalData
{
    public string Tensor { get; init; } = "";

    /// <summary>File name relative to the model's folder.</summary>
    public string Location { get; init; } = "";
    public long Offset { get; init; }

    /// <summary>Bytes to read; null for all from the offset on.</summary>
    public long? Length { get; init; }

    /// <summary>Bytes the tensor's shape needs.</summary>
    public long SizeBytes { get; init; }

    internal ExternalData With(KeyValuePair<string, string> entry) => entry.Key switch
    {
        "location" => this with { Location = entry.Value },
        "offset" => this with { Offset = Number(entry) },
        "length" => this with { Length = Number(entry) },
        _ => this,
    };

    /// <summary>The file's full path.</summary>
    /// <exception cref="BadInputException">The location leaves the folder, itself or through a link.</exception>
    public string Resolve(string folder)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var path = Location.Length == 0 || Location.Contains('\0') || Path.IsPathRooted(Location) ? "" : Path.GetFullPath(Path.Combine(root, Location));
        if (!path.StartsWith(root, StringComparison.Ordinal) || !RealPath.IsInside(folder, path))
            throw new BadInputException($"tensor '{Tensor}' keeps its data in '{Location}'; only files in the model's own folder are allowed");
        return path;
    }

    /// <summary>Reads the tensor's elements from the model's folder; gives the length of the file too.</summary>
    public (byte[] Bytes, long FileLength) Load(string folder)
    {
        var path = Resolve(folder);
        try
        {
            using var file = File.OpenHandle(path);
            var available = RandomAccess.GetLength(file) - Offset;
            if (available < SizeBytes || (Length is { } length && length != SizeBytes))
                throw new BadInputException($"tensor '{Tensor}' needs {SizeBytes} bytes at {Offset} of '{Location}', {(available < SizeBytes ? Math.Max(0, available) : Length)} are there");
            var bytes = new byte[SizeBytes];
            for (var at = 0; at < bytes.Length;)
            {
                var read = RandomAccess.Read(file, bytes.AsSpan(at), Offset + at);
                if (read == 0) throw new BadInputException($"'{Location}' ended while tensor '{Tensor}' was read");
                at += read;
            }
            return (bytes, available + Offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"tensor '{Tensor}': cannot read its data file '{Location}': {e.Message}", e);
        }
    }

    private static long Number(KeyValuePair<string, string> entry) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new BadInputException($"external data has {entry.Key} '{entry.Value}', a number of 0 or more is allowed");
}
