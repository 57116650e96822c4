using Pare.Onnx;
using Pare.Prune.Obs;

namespace Pare.Prune;

/// <summary>
/// Prunes by the second moments of layers' inputs, layer by layer: what goes is chosen so that the layer's output errs little, and the weights that stay
/// (and the bias) take on new values that make up for it (optimal brain surgeon; Frantar and Alistarh 2022 and 2023).
/// </summary>
public static class ObsPruner
{
    /// <summary>Outputs of the layers that moments are needed of, in the graph's order.</summary>
    /// <exception cref="BadInputException">A pattern matches no layer, or the model has no layers.</exception>
    public static IReadOnlyList<string> Layers(Model model, ObsOptions options) =>
        [.. Candidates(new GraphIndex(model.Graph), options).Where(c => c.Form is not null).Select(c => c.Layer.Node.Outputs[0])];

    /// <summary>Prunes a model.</summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="options">What to remove.</param>
    /// <param name="moments">Second moments of layers' inputs, by the layer's output. Layers without are left alone.</param>
    /// <exception cref="BadInputException">An option is out of range, a pattern matches no layer, the model has no weights, or a weight is not finite.</exception>
    public static StepResult Prune(Model model, ObsOptions options, IReadOnlyDictionary<string, InputMoments> moments)
    {
        options.Validate();
        var index = new GraphIndex(model.Graph);
        var candidates = Candidates(index, options).ToList();
        var solved = new List<(ObsForm Form, ObsLayer Layer, InputMoments Moments)>();
        var leftAlone = new List<string>();
        foreach (var (layer, form) in candidates)
        {
            if (form is null || !moments.TryGetValue(layer.Node.Outputs[0], out var seen) || (options.Pattern is { } pattern && form.Columns % pattern.Of != 0))
            {
                leftAlone.Add(layer.Name);
                continue;
            }
            form.Weight.ThrowUnlessFinite();
            solved.Add((form, new ObsLayer(form.Rowwise(), form.Rows, form.Columns, form.Groups, seen, form.HasFreeBias), seen));
        }
        if (solved.Count == 0) throw new BadInputException(options.Pattern is null ? "no layer has weights in a form that can be moved" : "no layer's weights divide by the pattern");
        var zeros = Zeros(solved.ConvertAll(s => s.Layer), options);
        var graph = model.Graph;
        var changes = new List<LayerChange>();
        for (var i = 0; i < solved.Count; i++)
        {
            var (form, layer, seen) = solved[i];
            var weights = options.Pattern is { } pattern ? layer.WithPattern(pattern.Kept, pattern.Of) : layer.With(zeros[i]);
            graph = form.Write(graph, weights, seen);
            changes.Add(new LayerChange(form.Layer.Name, weights.Length, 1 - weights.AsSpan().Count(0f) / (double)weights.Length, 32)
            {
                Compensation = new(layer.Energy == 0 ? 0 : Math.Sqrt(layer.ErrorOf(weights) / layer.Energy), layer.IsExact),
            });
        }
        return new StepResult(Pruned.Mark(model with { Graph = graph }), "prune", changes) { LeftAlone = leftAlone };
    }

    // Errors of layers are compared as shares of what their outputs are.
    private static long[] Zeros(List<ObsLayer> layers, ObsOptions options)
    {
        if (options.Sparsity is not { } sparsity) return [];
        if (options.Scope == PruneScope.Layer) return [.. layers.Select(l => Most(l, (long)Math.Round(sparsity * l.Weights.Length)))];
        var curves = layers.ConvertAll(l => (IReadOnlyList<(long, double)>)[.. l.Curve().Select(p => (Most(l, p.Zeros), l.Energy == 0 ? 0 : p.Error / l.Energy)).DistinctBy(p => p.Item1)]);
        var all = layers.Sum(l => (long)l.Weights.Length);
        return Allocation.Solve(curves, Math.Min((long)Math.Round(sparsity * all), curves.Sum(c => c[^1].Item1)));
    }

    // One weight stays at least.
    private static long Most(ObsLayer layer, long zeros) => Math.Min(zeros, layer.Weights.Length - 1);

    private static IEnumerable<(Layer Layer, ObsForm? Form)> Candidates(GraphIndex index, ObsOptions options)
    {
        var layers = Layer.Of(index).ToList();
        if (layers.Count == 0) throw new BadInputException("the model has no layer with constant weights (Conv, ConvTranspose, Gemm, MatMul); nothing can be pruned");
        var excluded = LayerPatterns.Matching(layers, options.Exclude);
        return layers.Where(l => !excluded.Contains(l.Name)).Select(l => (l, ObsForm.Of(index, l)));
    }
}
