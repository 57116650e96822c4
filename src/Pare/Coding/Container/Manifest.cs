using System.Text;
using Pare.Onnx;

namespace Pare.Coding.Container;

/// <summary>A data file beside the model, wholly split into runs of elements and of bytes between them.</summary>
internal sealed record DataFile(string Location, long Length, IReadOnlyList<Payload> Runs);

/// <summary>The list of data files as bytes.</summary>
internal static class Manifest
{
    private const int MaxRank = 64;

    public static void Write(IReadOnlyList<DataFile> files, ByteWriter output)
    {
        output.Varint((ulong)files.Count);
        foreach (var file in files)
        {
            Text(file.Location, output);
            output.Varint((ulong)file.Runs.Count);
            foreach (var run in file.Runs)
            {
                output.Varint((ulong)run.Length);
                output.Varint((ulong)run.Type);
                if (run.Type == ElementType.Undefined) continue;
                Text(run.Name, output);
                output.Varint((ulong)run.Shape.Count);
                foreach (var d in run.Shape) output.Varint((ulong)d);
            }
        }
    }

    public static IReadOnlyList<DataFile> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0) return [];
        var input = new ByteReader(bytes);
        var files = new DataFile[input.Length()];
        for (var f = 0; f < files.Length; f++)
        {
            var location = Text(ref input);
            var runs = new Payload[input.Length()];
            long total = 0;
            for (var r = 0; r < runs.Length; r++)
            {
                runs[r] = Run(ref input, f);
                total += runs[r].Length;
            }
            files[f] = new(location, total, runs);
        }
        input.End("the list of data files");
        return files;
    }

    private static Payload Run(ref ByteReader input, int file)
    {
        var length = input.Number("the length of a run", int.MaxValue);
        var type = (ElementType)input.Number("an element type", int.MaxValue);
        if (type == ElementType.Undefined) return new() { Name = "", Type = type, Shape = [], Width = 1, Length = length, File = file };
        var name = Text(ref input);
        var shape = new long[input.Number("the rank of a tensor", MaxRank)];
        for (var d = 0; d < shape.Length; d++) shape[d] = (long)input.Varint();
        return new() { Name = name, Type = type, Shape = shape, Width = Payload.WidthOf(type, length), Length = length, File = file, IsRaw = true };
    }

    private static void Text(string text, ByteWriter output)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        output.Varint((ulong)bytes.Length);
        output.Bytes(bytes);
    }

    private static string Text(ref ByteReader input) => Encoding.UTF8.GetString(input.Take(input.Length()));
}
