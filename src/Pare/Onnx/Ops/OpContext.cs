using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>A node with what is known of its inputs.</summary>
internal sealed record OpContext(Node Node, long Opset, ImmutableArray<Known> Inputs)
{
    public Known this[int input] => input < Inputs.Length ? Inputs[input] : Known.Nothing;

    /// <summary>True where input <paramref name="input"/> is given.</summary>
    public bool Has(int input) => Node.Input(input).Length > 0;

    public ElementType Type(int input = 0) => this[input].Type;

    public ImmutableArray<Dimension>? Shape(int input = 0) => this[input].Shape;

    /// <summary>The constant at an input that evaluation needs.</summary>
    public Tensor Constant(int input) => this[input].Constant ?? throw new InvalidOperationException($"input {input} of {Node} is not constant");

    /// <summary>The elements of a small integer input, or of the attribute that older versions keep them in; null where unknown or left out.</summary>
    public long[]? Numbers(int input, string attribute)
    {
        if (Has(input)) return this[input].Numbers;
        return Node.Has(attribute) ? [.. Node.Ints(attribute)] : null;
    }

    /// <summary>An axis counted from the front.</summary>
    /// <exception cref="BadInputException">The axis is outside the rank.</exception>
    public int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank) throw Bad($"axis {axis} is outside the {rank} dimensions");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    public BadInputException Bad(string what) => new($"node {Node}: {what}");
}
