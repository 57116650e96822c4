using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>Counts the weights of a model's layers, in whichever form they are kept; weights that two layers share count once.</summary>
public static class WeightCount
{
    /// <summary>All weights, pruned ones included.</summary>
    public static long All(Model model) => Layers(model).Sum(t => t.Count);

    /// <summary>Weights that are not zero.</summary>
    public static long NonZero(Model model) => Layers(model).Sum(t => NonZero(t.Floats));

    /// <summary>The numbers that a file holds for each weight: integer codes where there are any, else its values.</summary>
    internal static IEnumerable<Tensor> Stored(Model model)
    {
        var index = new GraphIndex(model.Graph);
        return Layer.Of(index).Select(l => l.Weight).Distinct().Select(w =>
            index.Producer(w) is { OpType: "DequantizeLinear" } node && index.Constant(node.Inputs[0]) is { } codes ? codes : Dense(index, w));
    }

    private static IEnumerable<Tensor> Layers(Model model)
    {
        var index = new GraphIndex(model.Graph);
        return Layer.Of(index).Select(l => l.Weight).Distinct().Select(w => Dense(index, w)).Where(t => t.Type == ElementType.Float);
    }

    private static Tensor Dense(GraphIndex index, string weight) => WeightForm.ReadDense(index, weight) ?? WeightValues.Resolve(index, weight);

    private static long NonZero(ReadOnlySpan<float> values)
    {
        long count = 0;
        foreach (var value in values)
            if (value != 0) count++;
        return count;
    }
}
