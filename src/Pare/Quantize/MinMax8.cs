using Pare.Onnx;
using Pare.Quantize.Integer;

namespace Pare.Quantize;

/// <summary>
/// The plain method: every weight tensor to 256 levels between its minimum and its maximum, stored as unsigned bytes with a
/// DequantizeLinear. For storage; the runtime computes in float.
/// </summary>
public static class MinMax8
{
    /// <summary>Tables that Gathers read are quantized too, from this many elements and two dimensions on.</summary>
    private const int MinElements = 256;

    /// <summary>First version of the standard's operators that has DequantizeLinear.</summary>
    private const int MinOpset = 10;

    /// <summary>Quantizes the weights. Biases and other vectors stay float.</summary>
    /// <param name="model">Any model; it is not changed.</param>
    /// <param name="exclude">Patterns of layers to leave alone, by name, weight or operator; * and ? stand for any characters.</param>
    /// <exception cref="BadInputException">There are no float weights, one is not finite, or the opset cannot be raised.</exception>
    public static StepResult Quantize(Model model, IReadOnlyList<string>? exclude = null)
    {
        AlreadyQuantized.Refuse(model);
        model = OpsetRaise.To(model, MinOpset);
        var index = new GraphIndex(model.Graph);
        var patterns = new LayerPatterns(exclude ?? []);
        var layers = Layer.Of(index).ToList();
        patterns.CheckAllFit(layers);
        var users = layers.GroupBy(l => WeightForm.Behind(index, l.Weight)).ToDictionary(g => g.Key, g => g.ToList());

        var forms = new Dictionary<string, WeightForm>();
        var (changes, left) = (new List<LayerChange>(), new List<string>());
        foreach (var value in users.Keys.Concat(Tables(index)).Distinct())
        {
            var of = users.GetValueOrDefault(value, []);
            if (of.Exists(patterns.Fits)) continue;
            if (index.IsOutput(value) || WeightForm.ReadDense(index, value) is not { Data.IsEmpty: false } dense)
            {
                left.AddRange(of.Select(l => l.Name));
                continue;
            }
            dense.ThrowUnlessFinite();
            var weight = LinearWeight.MinMax(dense, CodeRange.UInt8);
            forms[value] = weight.Form(value);
            changes.Add(new LayerChange(of.Count > 0 ? of[0].Name : value, dense.Count, weight.Kept(), 8) { Rounding = new(weight.Error(), true, "min-max") });
        }
        if (forms.Count == 0) throw new BadInputException("the model has no float weights to quantize");
        return new StepResult(WeightForm.Replace(model, forms), "quantize", changes) { LeftAlone = left };
    }

    private static IEnumerable<string> Tables(GraphIndex index) =>
        index.Graph.Initializers.Where(t => t is { Type: ElementType.Float, Shape.Length: > 1 } && t.Count >= MinElements
            && index.Consumers(t.Name) is { Count: > 0 } users && users.All(n => n.Is("Gather") && n.Input(0) == t.Name)).Select(t => t.Name);
}
