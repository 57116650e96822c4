using Pare.Coding.Modelled;
using Pare.Onnx;

namespace Pare.Coding.Container;

/// <summary>A run of elements that is cut out of a file and coded on its own.</summary>
internal sealed record Payload
{
    public required string Name { get; init; }
    public required ElementType Type { get; init; }
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Bytes of one unit that the codings work on: the element's, or 1 where elements are packed or are varints.</summary>
    public required int Width { get; init; }

    /// <summary>Bytes cut out.</summary>
    public required int Length { get; init; }

    /// <summary>Bytes of the surroundings that stand before it.</summary>
    public long Offset { get; init; }

    /// <summary>Index of the external file it lies in; -1 for the model file itself.</summary>
    public int File { get; init; } = -1;

    /// <summary>True for elements in their little-endian form, false for protobuf's typed lists.</summary>
    public bool IsRaw { get; init; }

    public int Count => Length / Width;

    public Grid Grid => Grid.Of(Shape, Count);

    public bool IsFloat => Width > 1 && Type is ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.BFloat16 or ElementType.Complex64 or ElementType.Complex128;

    /// <summary>The unit's width for elements stored raw.</summary>
    public static int WidthOf(ElementType type, long length)
    {
        var bytes = type switch
        {
            ElementType.Complex64 => 4,
            ElementType.Complex128 => 8,
            _ => type.Bits() / 8,
        };
        return bytes > 1 && length % bytes == 0 ? bytes : 1;
    }
}
