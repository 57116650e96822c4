using System.Runtime.InteropServices;

namespace Pare.Onnx;

/// <summary>
/// A weight whose elements are shared in part: <c>Where(frozen, Gather(codebook, Cast(codes)), free)</c>. It is an ordinary
/// graph: training moves the codebook and the free elements, and leaves the codes of the frozen ones.
/// </summary>
/// <param name="Shared">Codebook and codes; the codes of free elements mean nothing.</param>
/// <param name="Frozen">bool in the weight's shape: true where the codebook provides the weight.</param>
/// <param name="Free">float in the weight's shape: the weights that are not frozen.</param>
public sealed record PartlySharedWeight(SharedWeight Shared, Tensor Frozen, Tensor Free)
{
    /// <summary>First version of the standard's operators that has Where.</summary>
    public const int MinOpset = 9;

    /// <summary>The partly shared form behind a value; null where the value is made in another way.</summary>
    public static PartlySharedWeight? Find(GraphIndex index, string value)
    {
        if (index.Producer(value) is not { } where || !where.Is("Where")) return null;
        if (index.Constant(where.Input(0)) is not { Type: ElementType.Bool } frozen) return null;
        if (index.Constant(where.Input(2)) is not { Type: ElementType.Float } free) return null;
        if (SharedWeight.Find(index, where.Input(1)) is not { } shared) return null;
        return frozen.Shape.SequenceEqual(free.Shape) && frozen.Shape.SequenceEqual(shared.Codes.Shape) ? new PartlySharedWeight(shared, frozen, free) : null;
    }

    /// <summary>The weights as floats, row-major.</summary>
    public float[] Decode()
    {
        var values = Shared.Decode();
        var frozen = Frozen.Data.Span;
        var free = Free.Floats;
        for (var i = 0; i < values.Length; i++)
            if (frozen[i] == 0) values[i] = free[i];
        return values;
    }

    /// <summary>The initializers and nodes that make the value <paramref name="name"/>; arguments as in <see cref="SharedWeight.Form"/>.</summary>
    public static WeightForm Form(string name, ReadOnlySpan<long> shape, float[] codebook, byte[] codes, bool[] frozen, float[] free, long opset)
    {
        var shared = SharedWeight.Form(name, shape, codebook, codes, opset);
        var gather = shared.Nodes[1] with { Outputs = [$"{name}.shared"] };
        return new WeightForm(
            [.. shared.Tensors, Tensor.Create($"{name}.frozen", ElementType.Bool, shape, MemoryMarshal.AsBytes(frozen.AsSpan()).ToArray()), Tensor.Of($"{name}.free", shape, free)],
            [shared.Nodes[0], gather, new Node { OpType = "Where", Inputs = [$"{name}.frozen", $"{name}.shared", $"{name}.free"], Outputs = [name] }]);
    }
}
