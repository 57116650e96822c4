using Pare.Onnx;

namespace Pare.Prune;

/// <summary>
/// Removes whole residual branches. Networks with skip connections lose little by one (Veit et al. 2016), and unlike a narrower layer
/// one less is faster everywhere by all that it took.
/// </summary>
public static class BranchPruner
{
    /// <summary>Removes branches until a share of the multiply-adds is left, or less: each time the one that loses least for what it saves, measured anew.</summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="share">Share of the multiply-adds that may be left; above 0 and below 1.</param>
    /// <param name="macs">Multiply-adds of a model's nodes by the name of their first output.</param>
    /// <param name="lost">What a model loses against the given one, in whatever unit; less is better.</param>
    /// <param name="progress">Told the share of the work that is done.</param>
    /// <param name="exclude">Layers that stay, by name; * stands for any characters and ? for one.</param>
    /// <exception cref="BadInputException">The share is out of range or out of reach, the model has no branches, or a pattern matches no layer.</exception>
    public static StepResult Prune(Model model, double share, Func<Model, IReadOnlyDictionary<string, long>> macs, Func<Model, double> lost, IProgress<double>? progress, params IReadOnlyList<string> exclude)
    {
        if (share is not (> 0 and < 1)) throw new BadInputException($"the share of multiply-adds is {share}, above 0 and below 1 is allowed");
        var byNode = macs(model);
        var whole = (double)byNode.Values.Sum();
        var (left, before) = (model, 0.0);
        while (byNode.Values.Sum() is var now && now > share * whole)
        {
            var branches = ResidualBranch.Of(left, byNode, exclude);
            if (branches.Count == 0)
                throw new OutOfReachException(ReferenceEquals(left, model) ? "the model has no residual branches; nothing can be removed"
                    : $"{share} of the multiply-adds cannot be reached: with every residual branch removed {Math.Ceiling(1e4 * now / whole) / 1e4} is left");
            var needed = (long)Math.Ceiling(now - share * whole);
            // What goes beyond the target is no saving.
            (left, before, _) = branches
                .Select(b => (Model: b.RemovedFrom(left), Macs: Math.Min(b.Macs, needed)))
                .Select(m => (m.Model, Lost: lost(m.Model), m.Macs))
                .MinBy(m => (m.Lost - before) / m.Macs);
            byNode = macs(left);
            progress?.Report(Math.Min(1, (whole - byNode.Values.Sum()) / (whole - share * whole)));
        }
        return new StepResult(left, "branches", Changes(model, left));
    }

    private static List<LayerChange> Changes(Model before, Model after)
    {
        var index = new GraphIndex(before.Graph);
        var staying = Layer.Of(new GraphIndex(after.Graph)).Select(l => l.Name).ToHashSet();
        return [.. Layer.Of(index).Select(l => Change(l, StoredWeights.Of(index, l.Weight)))];

        LayerChange Change(Layer layer, IStoredWeights? stored) =>
            new(layer.Name, (stored?.Elements ?? WeightValues.Resolve(index, layer.Weight)).Count, staying.Contains(layer.Name) ? 1 : 0, stored?.Bits ?? 32);
    }
}
