using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Onnx.Spec;

/// <summary>Weights must be numbers.</summary>
internal static class FiniteRule
{
    /// <summary>Operators that take infinities as bounds, masks or fill values.</summary>
    private static readonly string[] TakeInfinity = ["Clip", "Where", "Max", "Min", "Pad", "Equal", "Less", "Greater", "Constant", "ConstantOfShape", "ReduceMax", "ReduceMin", "Scan", "Loop", "If"];

    public static IEnumerable<string> Broken(Model model)
    {
        var index = new GraphIndex(model.Graph);
        foreach (var tensor in model.Graph.AllTensors())
        {
            var (nan, infinite) = Count(tensor);
            if (infinite > 0 && IsBoundOrMask(index, tensor)) infinite = 0;
            if (nan + infinite > 0) yield return $"tensor '{tensor.Name}' holds {nan} NaN and {infinite} infinite of {tensor.Count} values; weights must be finite";
        }
    }

    private static bool IsBoundOrMask(GraphIndex index, Tensor tensor)
    {
        var consumers = index.Consumers(tensor.Name);
        // An addend with two axes or more is an attention mask; with one it is a bias.
        return consumers.All(n => n.IsStandard && (TakeInfinity.Contains(n.OpType) || (n.OpType == "Add" && tensor.Shape.Length > 1)));
    }

    private static (long NaN, long Infinite) Count(Tensor tensor) => tensor.Type switch
    {
        ElementType.Float => Count<uint>(tensor, 0x7f800000),
        ElementType.Double => Count<ulong>(tensor, 0x7ff0000000000000),
        ElementType.Float16 => Count<ushort>(tensor, 0x7c00),
        ElementType.BFloat16 => Count<ushort>(tensor, 0x7f80),
        _ => default,
    };

    // With all exponent bits set a number is an infinity (no mantissa) or a NaN.
    private static (long NaN, long Infinite) Count<T>(Tensor tensor, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        long nan = 0, infinite = 0;
        var withoutSign = exponent | ((exponent & -exponent) - T.One);
        foreach (var bits in MemoryMarshal.Cast<byte, T>(tensor.Data.Span))
        {
            if ((bits & exponent) != exponent) continue;
            if ((bits & withoutSign) == exponent) infinite++;
            else nan++;
        }
        return (nan, infinite);
    }
}
