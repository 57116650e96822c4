using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Pare.Data;

/// <summary>The header of NumPy's array format: type such as <c>&lt;f4</c>, and shape. Only row-major arrays are read.</summary>
/// <param name="Type">A letter for the kind (b, i, u, f) and the bytes of one value.</param>
/// <param name="IsBigEndian">Byte order of the values.</param>
/// <param name="Shape">Lengths of the dimensions; their product fits an array.</param>
internal sealed partial record NpyHeader(string Type, bool IsBigEndian, ImmutableArray<int> Shape)
{
    private const int MaxHeaderBytes = 1 << 16;
    private const int MaxDimensions = 8;

    private static readonly string[] Types = ["b1", "i1", "u1", "i2", "u2", "f2", "i4", "u4", "f4", "i8", "u8", "f8"];

    public int Count => Shape.Aggregate(1, (a, b) => a * b);

    public int ValueBytes => Type[1] - '0';

    /// <summary>Reads up to where the values start.</summary>
    /// <exception cref="BadInputException">No such header, or one that Pare does not read.</exception>
    public static NpyHeader Read(Stream stream, string name)
    {
        var start = new byte[8];
        DataFile.ReadExactly(stream, start, name);
        if (!IsMagic(start)) throw new BadInputException($"'{name}' is not a NumPy array: it starts with {Convert.ToHexString(start, 0, 6)}");
        if (start[6] is not (1 or 2 or 3)) throw new BadInputException($"'{name}' is NumPy format {start[6]}.{start[7]}, allowed are 1, 2 and 3");
        var lengthBytes = new byte[start[6] == 1 ? 2 : 4];
        DataFile.ReadExactly(stream, lengthBytes, name);
        var length = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > MaxHeaderBytes) throw new BadInputException($"'{name}' has a header of {length} bytes, at most {MaxHeaderBytes} are allowed");
        var text = new byte[length];
        DataFile.ReadExactly(stream, text, name);
        return Parse(Encoding.UTF8.GetString(text).TrimEnd(), name);
    }

    private static bool IsMagic(ReadOnlySpan<byte> start) => start[0] == 0x93 && start[1..6].SequenceEqual("NUMPY"u8);

    private static NpyHeader Parse(string text, string name)
    {
        var match = Dictionary().Match(text);
        if (!match.Success) throw new BadInputException($"'{name}' has a header that is not a NumPy array's: {text[..Math.Min(text.Length, 80)].ReplaceLineEndings(" ")}");
        var type = match.Groups["type"].Value;
        if (!Types.Contains(type)) throw new BadInputException($"'{name}' has values of type '{type}', allowed are {string.Join(", ", Types)}");
        if (match.Groups["fortran"].Value == "True") throw new BadInputException($"'{name}' is stored by columns (fortran_order); save it with numpy.ascontiguousarray");
        return new NpyHeader(type, match.Groups["order"].Value == ">", ParseShape(match.Groups["shape"].Value, name));
    }

    private static ImmutableArray<int> ParseShape(string text, string name)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > MaxDimensions) throw new BadInputException($"'{name}' has {parts.Length} dimensions, allowed are 1 to {MaxDimensions}");
        var shape = new int[parts.Length];
        long count = 1;
        for (var i = 0; i < shape.Length; i++)
        {
            count = int.TryParse(parts[i], out shape[i]) && shape[i] > 0 ? count * shape[i] : long.MaxValue;
            if (count > Array.MaxLength) throw new BadInputException($"'{name}' has shape ({text}); lengths must be at least 1, and all values together at most {Array.MaxLength}");
        }
        return [.. shape];
    }

    [GeneratedRegex("""^\{\s*'descr':\s*'(?<order>[<>|=]?)(?<type>[a-zA-Z]\d+)',\s*'fortran_order':\s*(?<fortran>True|False),\s*'shape':\s*\((?<shape>[0-9, ]*)\),?\s*\}$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dictionary();
}
