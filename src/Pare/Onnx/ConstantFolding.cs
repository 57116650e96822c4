using Pare.Onnx.Ops;

namespace Pare.Onnx;

/// <summary>Evaluates nodes whose inputs are constants, in managed code.</summary>
public static class ConstantFolding
{
    /// <summary>Results above this are not made; no tensor of a file is larger.</summary>
    public const long MaxBytes = int.MaxValue;

    /// <summary>Whether there is a way to evaluate a node at all.</summary>
    internal static bool Covers(Node node) => Operators.Find(node) is { Evaluate: not null } && node.Outputs.Length == 1;

    /// <summary>
    /// The only output of a node, under its name, from constant inputs; null where the operator, its types or the size of the
    /// result are not covered.
    /// </summary>
    /// <param name="node">A node of the ONNX standard's own domain with one output.</param>
    /// <param name="inputs">One tensor for each input, null where it is left out.</param>
    /// <param name="opset">Version of the standard's operator set.</param>
    /// <param name="maxBytes">Largest result that is made.</param>
    /// <exception cref="BadInputException">The inputs contradict the operator.</exception>
    public static Tensor? Evaluate(Node node, IReadOnlyList<Tensor?> inputs, long opset, long maxBytes = MaxBytes)
    {
        if (Operators.Find(node) is not { Evaluate: not null } known || node.Outputs.Length != 1 || !known.Inputs.Allows(inputs.Count)) return null;
        return Evaluate(new OpContext(node, opset, [.. inputs.Select(t => t is null ? Known.Nothing : Known.Of(t))]), known, maxBytes);
    }

    internal static Tensor? Evaluate(OpContext context, Operator known, long maxBytes)
    {
        for (var i = 0; i < known.Inputs.Min; i++)
            if (context[i].Constant is null) return null;
        try
        {
            // Inference checks that the inputs fit each other; kernels rely on it.
            var result = known.Infer(context)[0];
            if (new TensorType(result.Type, result.Shape).Sizes is not { } sizes || Size(sizes, result.Type) > maxBytes) return null;
            if (sizes.Contains(0) && result.Type.Bits() > 0) return new Tensor { Name = context.Node.Outputs[0], Type = result.Type, Shape = [.. sizes] };
            return known.Evaluate!(context) is { } tensor ? tensor with { Name = context.Node.Outputs[0], IsExternal = false, Rest = default } : null;
        }
        catch (OverflowException)
        {
            throw context.Bad("a dimension is larger than 63 bits");
        }
    }

    private static double Size(long[] shape, ElementType type) => shape.Aggregate(type.Bits() / 8.0, (size, d) => size * d);
}
