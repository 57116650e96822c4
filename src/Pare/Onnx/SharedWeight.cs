using System.Runtime.InteropServices;

namespace Pare.Onnx;

/// <summary>
/// A weight kept as a codebook and one code a weight: <c>Gather(codebook, Cast(codes))</c>. The Gather's output carries the
/// weight's name, so its consumers do not know. This is the one place that knows the pattern.
/// </summary>
/// <param name="Codebook">float, shape [k].</param>
/// <param name="Codes">Whole numbers below k in the weight's shape; unsigned bytes where Pare wrote them.</param>
public sealed record SharedWeight(Tensor Codebook, Tensor Codes)
{
    /// <summary>The shared form behind a value; null where the value is made in another way.</summary>
    public static SharedWeight? Find(GraphIndex index, string value)
    {
        if (index.Producer(value) is not { } gather || !gather.Is("Gather") || gather.Int("axis", 0) != 0) return null;
        if (index.Constant(gather.Input(0)) is not { Type: ElementType.Float, Shape.Length: 1 } codebook) return null;
        var position = gather.Input(1);
        if (index.Producer(position) is { } cast && cast.Is("Cast")) position = cast.Input(0);
        return index.Constant(position) is { } codes && IsCodeType(codes.Type) ? new SharedWeight(codebook, codes) : null;
    }

    /// <summary>The weights as floats in the shape of <see cref="Codes"/>, row-major.</summary>
    /// <exception cref="BadInputException">A code points past the codebook.</exception>
    public float[] Decode()
    {
        var values = new float[Codes.Count];
        var codebook = Codebook.Floats;
        switch (Codes.Type)
        {
            case ElementType.UInt8: Decode(codebook, Codes.Data.Span, values); break;
            case ElementType.Int8: Decode(codebook, Numbers<sbyte>(), values); break;
            case ElementType.UInt16: Decode(codebook, Numbers<ushort>(), values); break;
            case ElementType.Int32: Decode(codebook, Numbers<int>(), values); break;
            default: Decode(codebook, Numbers<long>(), values); break;
        }
        return values;
    }

    /// <summary>The initializers and nodes that make the value <paramref name="name"/> from a codebook and codes.</summary>
    /// <param name="name">The weight's value.</param>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="codebook">At most 256 values.</param>
    /// <param name="codes">One a weight, row-major.</param>
    /// <param name="opset">Version of the standard's operators; below 6 a Cast names its type in words.</param>
    public static WeightForm Form(string name, ReadOnlySpan<long> shape, float[] codebook, byte[] codes, long opset)
    {
        var index = $"{name}.index";
        return new WeightForm(
            [Tensor.Of($"{name}.codebook", [codebook.Length], codebook), Tensor.Of($"{name}.codes", shape, codes)],
            [
                new Node
                {
                    OpType = "Cast",
                    Inputs = [$"{name}.codes"],
                    Outputs = [index],
                    Attributes = [opset < 6 ? NodeAttribute.Of("to", "INT32") : NodeAttribute.Of("to", (long)ElementType.Int32)],
                },
                new Node { OpType = "Gather", Inputs = [$"{name}.codebook", index], Outputs = [name] },
            ]);
    }

    private static bool IsCodeType(ElementType type) =>
        type is ElementType.UInt8 or ElementType.Int8 or ElementType.UInt16 or ElementType.Int32 or ElementType.Int64;

    private ReadOnlySpan<T> Numbers<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Codes.Data.Span);

    private void Decode<T>(ReadOnlySpan<float> codebook, ReadOnlySpan<T> codes, Span<float> values) where T : unmanaged, System.Numerics.INumber<T>
    {
        for (var i = 0; i < codes.Length; i++)
        {
            var code = long.CreateChecked(codes[i]);
            // Gather counts negative positions from the end.
            if (code < 0) code += codebook.Length;
            if ((ulong)code >= (ulong)codebook.Length)
                throw new BadInputException($"tensor '{Codes.Name}' has code {codes[i]} at {i}; '{Codebook.Name}' has {codebook.Length} values");
            values[i] = codebook[(int)code];
        }
    }
}
