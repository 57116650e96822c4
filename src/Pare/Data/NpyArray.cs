using System.Runtime.InteropServices;

namespace Pare.Data;

/// <summary>A NumPy array: its header and the bytes of its values in this machine's order.</summary>
internal sealed record NpyArray(NpyHeader Header, byte[] Bytes)
{
    public bool IsBytes => Header.Type == "u1";

    private bool IsInteger => Header.Type[0] is 'i' or 'u' or 'b';

    /// <exception cref="BadInputException">The header is bad, or the values are not as many as it says.</exception>
    public static NpyArray Read(Stream stream, string name)
    {
        var header = NpyHeader.Read(stream, name);
        var length = (long)header.Count * header.ValueBytes;
        if (length > Array.MaxLength) throw new BadInputException($"'{name}' has {length} bytes of values, at most {Array.MaxLength} are read");
        var bytes = DataFile.ReadRest(stream, (int)length, name);
        if (header.IsBigEndian == BitConverter.IsLittleEndian && header.ValueBytes > 1) Reverse(bytes, header.ValueBytes);
        return new NpyArray(header, bytes);
    }

    public float[] ToFloats() => Header.Type switch
    {
        "f4" => MemoryMarshal.Cast<byte, float>(Bytes).ToArray(),
        "f2" => Convert<Half>(v => (float)v),
        "f8" => Convert<double>(v => (float)v),
        "b1" or "u1" => Convert<byte>(v => v),
        "i1" => Convert<sbyte>(v => v),
        "i2" => Convert<short>(v => v),
        "u2" => Convert<ushort>(v => v),
        "i4" => Convert<int>(v => v),
        "u4" => Convert<uint>(v => v),
        "i8" => Convert<long>(v => v),
        _ => Convert<ulong>(v => v),
    };

    /// <summary>The values as classes.</summary>
    /// <exception cref="BadInputException">Not a list of whole numbers from 0 to the most classes allowed.</exception>
    public int[] ToLabels(string name)
    {
        var isList = Header.Shape.Length == 1 || (Header.Shape.Length == 2 && Header.Shape[1] == 1);
        if (!isList || !IsInteger) throw new BadInputException($"'{name}' has shape ({string.Join(", ", Header.Shape)}) and type {Header.Type}; labels are a list of whole numbers");
        return Header.Type switch
        {
            "b1" or "u1" => Checked<byte>(),
            "i1" => Checked<sbyte>(),
            "i2" => Checked<short>(),
            "u2" => Checked<ushort>(),
            "i4" => Checked<int>(),
            "u4" => Checked<uint>(),
            "i8" => Checked<long>(),
            _ => Checked<ulong>(),
        };

        int[] Checked<T>() where T : unmanaged, System.Numerics.IBinaryInteger<T> => Convert<T, int>(v =>
            !T.IsNegative(v) && ulong.CreateSaturating(v) < ClassNames.MaxClasses ? int.CreateTruncating(v) : throw new BadInputException($"'{name}' has label {v}, allowed are 0 to {ClassNames.MaxClasses - 1}"));
    }

    private float[] Convert<T>(Func<T, float> of) where T : unmanaged => Convert<T, float>(of);

    private TResult[] Convert<T, TResult>(Func<T, TResult> of) where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(Bytes);
        var result = new TResult[values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = of(values[i]);
        return result;
    }

    private static void Reverse(byte[] bytes, int valueBytes)
    {
        for (var at = 0; at < bytes.Length; at += valueBytes) bytes.AsSpan(at, valueBytes).Reverse();
    }
}
