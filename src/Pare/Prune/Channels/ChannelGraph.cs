using Pare.Onnx;
using Pare.Onnx.Rewrites;

namespace Pare.Prune.Channels;

/// <summary>Some channels of a layer: outputs or inputs. Of a ConvTranspose with several groups, the outputs of one.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Weight">The value that holds its weights.</param>
/// <param name="Places">Their numbers, rising.</param>
public sealed record ChannelSpan(string Layer, string Weight, IReadOnlyList<int> Places);

/// <summary>Channels that only go together: the output channels of some layers, and the inputs of those that use them.</summary>
/// <param name="Id">The group's number in its graph.</param>
/// <param name="Rows">What the layers lose that make the channels.</param>
/// <param name="Columns">What the layers lose that sum over them.</param>
public sealed record ChannelGroup(int Id, IReadOnlyList<ChannelSpan> Rows, IReadOnlyList<ChannelSpan> Columns);

/// <summary>A model with its coupled channels.</summary>
public sealed class ChannelGraph
{
    private readonly HashSet<int> _removable;

    private ChannelGraph(Model model, IReadOnlyList<string> exclude)
    {
        Model = model;
        Map = new ChannelMap(model);
        Layers = [.. ChannelLayer.Of(Map)];
        var excluded = LayerPatterns.Matching([.. Layers.Select(l => l.Layer)], exclude);
        foreach (var layer in Layers.Where(l => excluded.Contains(l.Name))) Map.Labels.Keep(layer.Rows ?? [], "excluded");
        Widths = new Widths(Map);
        // What is no layer's row or column, such as the numbers of a shape, is nothing to gain by.
        var inLayers = Layers.SelectMany(l => (l.Rows ?? []).Concat(l.Inputs ?? [])).Select(Map.Labels.Root).ToHashSet();
        _removable = [.. Widths.Groups.Where(g => inLayers.Contains(g) && Map.Labels.WhyKept(g) is null && Widths.CanGo(g))];
    }

    /// <summary>Finds the coupled channels of a model.</summary>
    /// <param name="model">The model; shapes that are computed in it are written out first.</param>
    /// <param name="exclude">Layers whose output channels stay, by name; * stands for any characters and ? for one.</param>
    /// <exception cref="BadInputException">Its shapes contradict each other, or a pattern matches no layer.</exception>
    public static ChannelGraph Of(Model model, params IReadOnlyList<string> exclude) =>
        new(DropUnused.Apply(FoldConstants.Apply(ExplicitShapes.Apply(FoldConstants.Apply(model)))), exclude);

    /// <summary>The model that the groups are of: the one given, with its shapes as constants.</summary>
    public Model Model { get; }

    /// <summary>The groups that may go, each by itself, in the order in which their first constant is met.</summary>
    public IReadOnlyList<ChannelGroup> Groups
    {
        get
        {
            var rows = Spans(l => l.Rows);
            var columns = Spans(l => l.Inputs);
            return [.. _removable.Order().Select(id => new ChannelGroup(id, rows.GetValueOrDefault(id) ?? [], columns.GetValueOrDefault(id) ?? []))];
        }
    }

    /// <summary>The layers that keep all their output channels, and why.</summary>
    public IReadOnlyList<LeftWhole> LeftWhole => [.. Layers.Where(l => !Removable(l).Any()).Select(l => new LeftWhole(l.Name, Why(l)))];

    internal ChannelMap Map { get; }

    internal IReadOnlyList<ChannelLayer> Layers { get; }

    internal Widths Widths { get; }

    internal bool CanGo(int root) => _removable.Contains(root);

    /// <summary>The model without some groups; it stays as it is where there are none.</summary>
    /// <exception cref="ArgumentException">A group is not of this graph, or together they would leave an axis without a place.</exception>
    public Model Without(params IEnumerable<ChannelGroup> groups) => Without(groups.Select(g => g.Id).ToHashSet());

    internal Model Without(IReadOnlySet<int> roots)
    {
        if (roots.Count == 0) return Model;
        var widths = Widths.Copy();
        foreach (var root in roots)
        {
            if (!CanGo(root) || !widths.CanGo(root)) throw new ArgumentException($"channel group {root} must stay", nameof(roots));
            widths.Remove(root);
        }
        return ChannelCut.Apply(Model, Map, roots.Contains);
    }

    private IEnumerable<int> Removable(ChannelLayer layer) => (layer.Rows ?? []).Select(Map.Labels.Root).Where(CanGo);

    private string Why(ChannelLayer layer)
    {
        if (layer.Rows is not { Length: > 1 } rows) return layer.Weights.Shape[layer.RowAxis].Value == 1 ? "it has one output channel" : "its weights are in a form that is not known here";
        return rows.Select(Map.Labels.WhyKept).FirstOrDefault(r => r is not null) ?? "its channels only go all together";
    }

    private Dictionary<int, List<ChannelSpan>> Spans(Func<ChannelLayer, int[]?> labels)
    {
        var spans = new Dictionary<int, List<ChannelSpan>>();
        foreach (var layer in Layers)
        {
            foreach (var places in (labels(layer) ?? []).Index().GroupBy(l => Map.Labels.Root(l.Item), l => l.Index).Where(g => CanGo(g.Key)))
            {
                if (!spans.TryGetValue(places.Key, out var list)) spans[places.Key] = list = [];
                list.Add(new ChannelSpan(layer.Name, layer.Layer.Weight, [.. places]));
            }
        }
        return spans;
    }
}
