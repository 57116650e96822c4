using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>A layer and the float weights that it uses, wherever these stand.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Value">The weights, dense, under the name of the value to replace.</param>
internal sealed record LayerWeights(Layer Layer, Tensor Value)
{
    /// <summary>For each weight; null where every weight counts 1.</summary>
    public float[]? Importance { get; init; }

    /// <summary>True where the weights are shared already.</summary>
    public bool IsShared { get; init; }

    /// <summary>How the weights are shared in part; null where they are not.</summary>
    public PartlySharedWeight? Partly { get; init; }

    public string Name => Value.Name;

    public ReadOnlySpan<float> Values => Value.Floats;

    public double ImportanceAt(int i) => Importance is null ? 1 : Importance[i];

    /// <summary>Entries for the weights that are not zero, of which there are <paramref name="survivors"/>.</summary>
    public int Room(ShareOptions options, int survivors) => options.Entries(Layer) - (survivors < Value.Count ? 1 : 0);

    /// <summary>For each weight, whether its code is final: frozen before, or zero.</summary>
    public bool[] FrozenOrZero()
    {
        var weights = Values;
        var before = Partly is null ? default : Partly.Frozen.Data.Span;
        var frozen = new bool[weights.Length];
        for (var i = 0; i < frozen.Length; i++) frozen[i] = weights[i] == 0 || (!before.IsEmpty && before[i] != 0);
        return frozen;
    }

    /// <summary>The layers whose weights can be shared, in the graph's order; weights that several layers use appear once, under the first.</summary>
    /// <exception cref="BadInputException">There are none, a pattern fits none, or a weight is not finite.</exception>
    public static IReadOnlyList<LayerWeights> Of(GraphIndex index, ShareOptions options, IReadOnlyDictionary<string, float[]>? importance)
    {
        var found = new List<LayerWeights>();
        var seen = new HashSet<string>();
        var layers = Layer.Of(index).ToList();
        options.CheckAllFit(layers);
        foreach (var layer in layers)
        {
            var value = WeightForm.Behind(index, layer.Weight);
            if (options.Excludes(layer) || !seen.Add(value) || WeightForm.ReadDense(index, value) is not { Data.IsEmpty: false } tensor) continue;
            tensor.ThrowUnlessFinite();
            var named = tensor with { Name = value };
            found.Add(new LayerWeights(layer, named)
            {
                Importance = ImportanceOf(named, importance),
                IsShared = SharedWeight.Find(index, value) is not null,
                Partly = PartlySharedWeight.Find(index, value),
            });
        }
        return found.Count > 0 ? found : throw new BadInputException(
            "the model has no weights to share; Conv, ConvTranspose, Gemm and MatMul with constant float weights that no pattern excludes are allowed");
    }

    /// <summary>The layer's bias where it is a float constant; for MatMul that of the Add behind it.</summary>
    public static Tensor? Bias(GraphIndex index, Layer layer)
    {
        var name = layer.Bias;
        if (layer.Node.OpType == "MatMul" && index.Consumers(layer.Node.Outputs[0]) is [var add] && add.Is("Add"))
            name = add.Inputs[add.Inputs[0] == layer.Node.Outputs[0] ? 1 : 0];
        return name.Length > 0 && WeightForm.ReadDense(index, name) is { Data.IsEmpty: false } bias ? bias with { Name = name } : null;
    }

    private static float[]? ImportanceOf(Tensor weights, IReadOnlyDictionary<string, float[]>? importance)
    {
        if (importance is null) return null;
        if (!importance.TryGetValue(weights.Name, out var found) && !importance.TryGetValue($"{weights.Name}.free", out found)) return null;
        if (found.Length != weights.Count) throw new ArgumentException($"weight '{weights.Name}' has {weights.Count} elements, its importance {found.Length}");
        for (var i = 0; i < found.Length; i++)
            if (!(found[i] >= 0 && float.IsFinite(found[i]))) throw new ArgumentException($"importance of weight '{weights.Name}' is {found[i]} at {i}; 0 or more is allowed");
        // Where nothing matters, everything matters alike.
        return Array.Exists(found, v => v > 0) ? found : null;
    }
}
