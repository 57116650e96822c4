using System.Collections.Immutable;
using Pare.Onnx.Ops;

namespace Pare.Onnx;

/// <summary>Evaluates nodes whose inputs are constants, in managed code.</summary>
public static class ConstantFolding
{
    /// <summary>
    /// The only output of a node, under its name, from constant inputs; null where the operator or its types are not covered.
    /// </summary>
    /// <param name="node">A node of the ONNX standard's own domain with one output.</param>
    /// <param name="inputs">One tensor for each input, null where it is left out.</param>
    /// <param name="opset">Version of the standard's operator set.</param>
    /// <exception cref="BadInputException">The inputs contradict the operator.</exception>
    public static Tensor? Evaluate(Node node, IReadOnlyList<Tensor?> inputs, long opset)
    {
        if (Operators.Find(node) is not { Evaluate: { } evaluate } known || node.Outputs.Length != 1 || !known.Inputs.Allows(inputs.Count)) return null;
        var context = new OpContext(node, opset, [.. inputs.Select(t => t is null ? Known.Nothing : Known.Of(t))]);
        return Evaluate(context, evaluate);
    }

    internal static Tensor? Evaluate(OpContext context, Func<OpContext, Tensor?> evaluate)
    {
        // Required inputs are all there: the arity was checked, and a name left out among them would make the kernel fail.
        var required = Operators.Find(context.Node)!.Inputs.Min;
        for (var i = 0; i < Math.Min(required, context.Inputs.Length); i++)
            if (context.Inputs[i].Constant is null) return null;
        return evaluate(context) is { } result ? result with { Name = context.Node.Outputs[0], IsExternal = false, Rest = default } : null;
    }
}
