using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>
/// How important each group is, in parts: one for each layer that makes its channels, or one in all where the score is in units
/// of the loss. A part's scores are taken as shares of what the part has left, so that layers compare.
/// </summary>
internal sealed class ChannelScores
{
    private readonly Dictionary<int, List<(int Part, double Score)>> _groups = [];
    private readonly List<double> _left = [];
    private readonly bool _inLoss;

    private ChannelScores(bool inLoss) => _inLoss = inLoss;

    /// <param name="graph">The channels.</param>
    /// <param name="importance">The score.</param>
    /// <param name="gradients">For Taylor the gradients, for Fisher the mean squared gradients, of each weight by its constant's name; may have those of biases and normalisation too.</param>
    /// <exception cref="BadInputException">Gradients of a layer are missing or do not fit, or a weight is not finite.</exception>
    public static ChannelScores Of(ChannelGraph graph, ChannelImportance importance, IReadOnlyDictionary<string, float[]>? gradients)
    {
        if (importance is ChannelImportance.Taylor or ChannelImportance.Fisher) return InLoss(graph, importance, gradients ?? new Dictionary<string, float[]>());
        var scores = new ChannelScores(inLoss: false);
        var scaled = new HashSet<int>();
        if (importance == ChannelImportance.Bn)
        {
            foreach (var norm in graph.Model.Graph.Nodes.Where(n => n.Is("BatchNormalization")))
            {
                if (graph.Map.Known(norm.Input(1)) is not { Rank: 1 } scale || scale.Axes[0] is not { } labels) continue;
                scores.AddPart(graph, norm.Inputs[1], labels, Sums(Values(graph, norm.Inputs[1]), 0, (w, _) => Math.Abs(w), null));
                scaled.UnionWith(labels.Select(graph.Map.Labels.Root));
            }
        }
        foreach (var layer in graph.Layers)
        {
            if (layer.Rows is not { } rows || rows.Select(graph.Map.Labels.Root).All(scaled.Contains)) continue;
            var l1 = importance == ChannelImportance.L1;
            var sums = Sums(Values(graph, layer.Layer.Weight), layer.RowAxis, l1 ? (w, _) => Math.Abs(w) : (w, _) => w * w, null);
            scores.AddPart(graph, layer.Name, rows, l1 ? sums : Array.ConvertAll(sums, Math.Sqrt));
        }
        return scores;
    }

    /// <summary>The group's importance among what is left.</summary>
    public double Of(int group)
    {
        double sum = 0;
        foreach (var (part, score) in _groups.GetValueOrDefault(group) ?? [])
            sum += _inLoss ? score : score / Math.Max(_left[part], double.Epsilon);
        return _inLoss ? Math.Abs(sum) : sum;
    }

    public void Remove(int group)
    {
        foreach (var (part, score) in _groups.GetValueOrDefault(group) ?? []) _left[part] -= score;
    }

    private static ChannelScores InLoss(ChannelGraph graph, ChannelImportance importance, IReadOnlyDictionary<string, float[]> gradients)
    {
        var scores = new ChannelScores(inLoss: true);
        Func<double, double, double> term = importance == ChannelImportance.Taylor ? (w, g) => w * g : (w, v) => w * w * v;
        var what = importance == ChannelImportance.Taylor ? "gradients" : "mean squared gradients";
        foreach (var layer in graph.Layers)
        {
            if (layer.Rows is not { } rows || !rows.Any(r => graph.CanGo(graph.Map.Labels.Root(r)))) continue;
            if (!gradients.ContainsKey(layer.Layer.Weight)) throw new BadInputException($"layer '{layer.Name}': {importance.ToString().ToLowerInvariant()} needs the {what} of '{layer.Layer.Weight}', none are given");
            Add(layer.Layer.Weight, rows, layer.RowAxis);
            if (layer.ChannelsARow == 1 && graph.Map.Known(layer.Layer.Bias) is { Rank: > 0 } bias && bias.Axes[^1] is { } labels) Add(layer.Layer.Bias, labels, bias.Rank - 1);
        }
        foreach (var norm in graph.Model.Graph.Nodes.Where(n => n.Is("BatchNormalization")))
            foreach (var parameter in norm.Inputs.Skip(1).Take(2))
                if (graph.Map.Known(parameter) is { Rank: 1 } value && value.Axes[0] is { } labels) Add(parameter, labels, 0);
        return scores;

        void Add(string name, int[] labels, int axis)
        {
            if (!gradients.TryGetValue(name, out var given)) return;
            var values = Values(graph, name);
            if (given.Length != values.Count) throw new BadInputException($"{given.Length} {what} are given for the {values.Count} numbers of '{name}'");
            scores.AddPart(graph, name, labels, Sums(values, axis, term, given));
        }
    }

    private static Tensor Values(ChannelGraph graph, string name)
    {
        var tensor = WeightValues.Resolve(graph.Map.Index, name);
        return tensor.Type == ElementType.Float ? tensor : Tensor.Of(name, tensor.Shape.AsSpan(), tensor.ToFloats());
    }

    /// <summary>The sum of a term over all elements at each place of an axis.</summary>
    private static double[] Sums(Tensor tensor, int axis, Func<double, double, double> term, float[]? gradients)
    {
        var sums = new double[tensor.Shape[axis]];
        var inner = (int)tensor.Shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d);
        var values = tensor.Floats;
        for (var start = 0; start < values.Length; start += inner)
        {
            double sum = 0;
            for (var i = start; i < start + inner; i++) sum += term(values[i], gradients is null ? 0 : gradients[i]);
            sums[start / inner % sums.Length] += sum;
        }
        return sums;
    }

    private void AddPart(ChannelGraph graph, string name, int[] labels, double[] scores)
    {
        if (Array.FindIndex(scores, s => !double.IsFinite(s)) is >= 0 and var bad) throw new BadInputException($"'{name}': the importance of channel {bad} is {scores[bad]}; weights and gradients must be finite");
        foreach (var group in labels.Index().GroupBy(l => graph.Map.Labels.Root(l.Item), l => scores[l.Index]))
        {
            if (!_groups.TryGetValue(group.Key, out var parts)) _groups[group.Key] = parts = [];
            parts.Add((_left.Count, group.Sum()));
        }
        _left.Add(scores.Sum());
    }
}
