using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>
/// Weight sharing (Deep Compression, section 3): each layer's weights become codes into a codebook of the layer's own.
/// Zero, which pruning leaves, keeps a code of its own: entry 0 is exactly 0.0 where the layer has zeros, and the other
/// entries come from the weights that are not zero. Entries ascend but for the zero in front.
/// </summary>
public static partial class Sharer
{
    /// <summary>Shares the weights of every layer. A layer that is shared already is shared anew from its values.</summary>
    /// <param name="model">Any model; it is not changed.</param>
    /// <param name="options">Codebook sizes and how they are found.</param>
    /// <param name="importance">By weight name, one number of 0 or more for each weight (such as its squared gradient): errors count that much.</param>
    /// <exception cref="BadInputException">An option is out of range, a weight is not finite, or no layer has weights to share.</exception>
    public static StepResult Share(Model model, ShareOptions options, IReadOnlyDictionary<string, float[]>? importance = null)
    {
        options.Validate();
        var index = new GraphIndex(model.Graph);
        var forms = new Dictionary<string, WeightForm>();
        var changes = new List<LayerChange>();
        var layers = LayerWeights.Of(index, options, importance);
        // Sharing anew starts from the values; what was frozen before plays no part.
        layers = [.. layers.Select(l => l with { Partly = null })];
        var prices = BitPrice.Of(layers, options.Lambda);
        foreach (var layer in layers)
        {
            var shared = Encode(layer, prices.For(layer), options);
            forms[layer.Name] = SharedWeight.Form(layer.Name, layer.Value.Shape.AsSpan(), shared.Codebook, shared.Codes, model.OpsetVersion);
            changes.Add(shared.Change(layer.Layer.Name));
            if (ChangeBias(index, layer.Layer, options, model.OpsetVersion) is var (name, form)) forms[name] = form;
        }
        return new StepResult(WeightForm.Replace(model, forms), "share", changes);
    }

    /// <summary>The model with every shared weight, whole or in part, as a dense initializer of the same values.</summary>
    public static Model Densify(Model model)
    {
        var index = new GraphIndex(model.Graph);
        var forms = new Dictionary<string, WeightForm>();
        foreach (var value in model.Graph.Nodes.SelectMany(n => n.Inputs).Concat(model.Graph.Outputs.Select(o => o.Name)).Distinct())
        {
            var inner = index.Producer(value) is { } producer && producer.Is("Gather") && index.Consumers(value).All(n => PartlySharedWeight.Find(index, n.Outputs[0]) is not null) && !index.IsOutput(value);
            if (value.Length > 0 && !inner && index.Constant(value) is null && WeightForm.ReadDense(index, value) is { } dense)
                forms[value] = WeightForm.Dense(dense with { Name = value });
        }
        return WeightForm.Replace(model, forms);
    }

    /// <summary>A codebook of at most so many entries for values that are not zero.</summary>
    internal static Codebook FindCodebook(SortedValues values, int entries, ShareOptions options, double lambda)
    {
        var centroids = KMeans1D.Cluster(values, entries, options.Start, options.Seed);
        return lambda > 0 ? EntropyKMeans1D.Cluster(values, centroids, lambda) : new Codebook(centroids);
    }

    private static SharedCodes Encode(LayerWeights layer, double lambda, ShareOptions options)
    {
        var survivors = Survivors.Of(layer.Values, layer.Importance);
        var codebook = survivors.Count == 0 ? null : FindCodebook(survivors.Sort(), layer.Room(options, survivors.Count), options, lambda);
        return SharedCodes.Encode(layer.Values, codebook, layer.Importance);
    }

    private static (string Name, WeightForm Form)? ChangeBias(GraphIndex index, Layer layer, ShareOptions options, long opset)
    {
        if (options.Biases == BiasForm.Keep || LayerWeights.Bias(index, layer) is not { } bias) return null;
        bias.ThrowUnlessFinite();
        if (options.Biases != BiasForm.Shared)
            return (bias.Name, WeightForm.Dense(Tensor.Of(bias.Name, bias.Shape.AsSpan(), BiasRounding.Round(bias.Floats, options.Biases))));
        var shared = Encode(new LayerWeights(layer, bias), lambda: 0, options);
        return (bias.Name, SharedWeight.Form(bias.Name, bias.Shape.AsSpan(), shared.Codebook, shared.Codes, opset));
    }
}
