using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Pare.Onnx;

/// <summary>
/// A constant: an initializer, or the value of a Constant node. Elements are little-endian, row-major, packed below
/// 8 bits as ONNX packs them. Memory is shared between graphs and never written to.
/// </summary>
public sealed record Tensor
{
    public required string Name { get; init; }
    public required ElementType Type { get; init; }
    public required ImmutableArray<long> Shape { get; init; }

    /// <summary>The elements; empty for <see cref="ElementType.Text"/>.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The elements of a text tensor, as UTF-8.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Strings { get; init; } = [];

    /// <summary>True where the file keeps the elements in a file beside it; it is written back that way.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Fields of the file that Pare does not use, as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }

    /// <summary>Number of elements.</summary>
    /// <exception cref="BadInputException">A dimension is negative or the product overflows.</exception>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (var d in Shape)
            {
                if (d < 0 || (d > 0 && count > long.MaxValue / d))
                    throw new BadInputException($"tensor '{Name}' has shape [{string.Join(',', Shape)}]; dimensions are 0 or more and their product fits 63 bits");
                count *= d;
            }
            return count;
        }
    }

    /// <summary>The elements as floats, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor is of another type.</exception>
    public ReadOnlySpan<float> Floats => Cast<float>(ElementType.Float);

    /// <summary>The elements as 64-bit integers, without a copy.</summary>
    public ReadOnlySpan<long> Int64s => Cast<long>(ElementType.Int64);

    /// <summary>A float tensor over the given elements, which are not copied.</summary>
    public static Tensor Of(string name, ReadOnlySpan<long> shape, float[] values) => Create(name, ElementType.Float, shape, values);

    /// <summary>An int64 tensor over the given elements.</summary>
    public static Tensor Of(string name, ReadOnlySpan<long> shape, long[] values) => Create(name, ElementType.Int64, shape, values);

    /// <summary>An unsigned byte tensor over the given elements.</summary>
    public static Tensor Of(string name, ReadOnlySpan<long> shape, byte[] values) => Create(name, ElementType.UInt8, shape, values);

    /// <summary>A tensor of any fixed-size type; <paramref name="values"/> becomes its memory.</summary>
    public static Tensor Create<T>(string name, ElementType type, ReadOnlySpan<long> shape, T[] values) where T : unmanaged
    {
        var tensor = new Tensor { Name = name, Type = type, Shape = [.. shape], Data = ArrayMemory.Of(values) };
        if (tensor.Data.Length != type.SizeBytes(tensor.Count))
            throw new ArgumentException($"{tensor.Data.Length} bytes given, shape [{string.Join(',', shape.ToArray())}] of {type} needs {type.SizeBytes(tensor.Count)}");
        return tensor;
    }

    private ReadOnlySpan<T> Cast<T>(ElementType type) where T : unmanaged =>
        Type == type ? MemoryMarshal.Cast<byte, T>(Data.Span) : throw new InvalidOperationException($"tensor '{Name}' is {Type}, not {type}");
}
