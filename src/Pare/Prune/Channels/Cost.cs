using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>
/// What a model costs as a function of its widths: a constant, and for each layer a unit times the places of two axes of its
/// weights. Multiply-adds and parameters both have that form.
/// </summary>
internal sealed class Cost
{
    private readonly record struct Term(double Unit, int First, int Second);

    private readonly List<Term> _terms = [];
    private readonly Dictionary<int, List<int>> _byWidth = [];
    private double _fixed;

    /// <param name="graph">The channels.</param>
    /// <param name="macs">Multiply-adds of each node by the name of its first output.</param>
    /// <exception cref="BadInputException">Those of a layer are missing.</exception>
    public static Cost Macs(ChannelGraph graph, IReadOnlyDictionary<string, long> macs)
    {
        var cost = new Cost { _fixed = macs.Values.Sum() };
        foreach (var layer in graph.Layers)
        {
            if (!macs.TryGetValue(layer.Layer.Node.Outputs[0], out var count)) throw new BadInputException($"layer '{layer.Name}': its multiply-adds cannot be told, the model leaves the size of its input open");
            cost._fixed -= count;
            var (first, second) = (layer.Weights.Shape[layer.RowAxis].Value!.Value, layer.Weights.Shape[layer.ColumnAxis].Value!.Value);
            var unit = count / ((double)first * second);
            cost.Add(graph.Widths, layer.Layer.Weight, [first, second], [layer.RowAxis, layer.ColumnAxis], unit);
        }
        return cost;
    }

    /// <summary>Weights, biases and what normalisation learns.</summary>
    public static Cost Parameters(ChannelGraph graph)
    {
        var cost = new Cost();
        var layers = graph.Layers.ToLookup(l => l.Layer.Node.Outputs[0]);
        var seen = new HashSet<string>();
        foreach (var node in graph.Model.Graph.Nodes.Where(n => n.IsStandard))
        {
            IEnumerable<string> values = node.OpType switch
            {
                "BatchNormalization" or "InstanceNormalization" => [node.Input(1), node.Input(2)],
                "PRelu" => [node.Input(1)],
                _ => layers[node.Outputs.FirstOrDefault() ?? ""].SelectMany(l => (string[])[l.Layer.Weight, l.Layer.Bias]),
            };
            foreach (var value in values)
            {
                if (value.Length == 0 || !seen.Add(value) || graph.Map.Find(value) is not { } v || v.Shape.Any(d => d.Value is null)) continue;
                cost.Add(graph.Widths, value, [.. v.Shape.Select(d => d.Value!.Value)], [.. Enumerable.Range(0, v.Rank)], 1);
            }
        }
        return cost;
    }

    public double At(Widths widths) => _fixed + _terms.Sum(t => t.Unit * widths.Left(t.First) * (t.Second < 0 ? 1 : widths.Left(t.Second)));

    /// <summary>What goes with a group at the present widths.</summary>
    public double Saving(Widths widths, int group)
    {
        double saving = 0;
        var places = widths.Places(group);
        foreach (var (width, _) in places)
        {
            foreach (var index in _byWidth.GetValueOrDefault(width) ?? [])
            {
                var term = _terms[index];
                var (first, second) = (Taken(places, term.First), term.Second < 0 ? 0 : Taken(places, term.Second));
                // A term with both axes in the group counts once, with its first.
                if (first > 0 && width != term.First) continue;
                double rows = widths.Left(term.First), columns = term.Second < 0 ? 1 : widths.Left(term.Second);
                saving += term.Unit * (rows * columns - (rows - first) * (columns - second));
            }
        }
        return saving;
    }

    private static int Taken(ReadOnlySpan<(int Width, int Places)> places, int width)
    {
        foreach (var (w, count) in places)
            if (w == width) return count;
        return 0;
    }

    private void Add(Widths widths, string value, long[] sizes, int[] axes, double unit)
    {
        var labelled = new List<int>();
        for (var i = 0; i < axes.Length; i++)
        {
            if (widths.Of(value, axes[i]) is >= 0 and var width && labelled.Count < 2) labelled.Add(width);
            else unit *= sizes[i];
        }
        if (labelled.Count == 0)
        {
            _fixed += unit;
            return;
        }
        _terms.Add(new Term(unit, labelled[0], labelled.Count > 1 ? labelled[1] : -1));
        foreach (var width in labelled.Distinct())
        {
            if (!_byWidth.TryGetValue(width, out var list)) _byWidth[width] = list = [];
            list.Add(_terms.Count - 1);
        }
    }
}
