using Pare.Onnx;

namespace Pare.Prune.Channels;

/// <summary>The coupled channels of a model by the layers that share them: such a family can be made narrower by itself.</summary>
public sealed class ChannelFamilies
{
    private readonly ChannelGraph _graph;
    private readonly ChannelScores _scores;
    private readonly List<Family> _families;

    private ChannelFamilies(ChannelGraph graph)
    {
        _graph = graph;
        _scores = ChannelScores.Of(graph, ChannelImportance.L2, null);
        _families = [.. Family.Of(graph, multiple: 1).Where(f => f.Groups.Count > 1 && Makers(f).Any())];
    }

    /// <summary>The families of a model.</summary>
    /// <exception cref="BadInputException">The model's shapes contradict each other.</exception>
    public static ChannelFamilies Of(Model model) => new(ChannelGraph.Of(model));

    /// <summary>For each family the layers that make its channels, in the graph's order.</summary>
    public IReadOnlyList<IReadOnlyList<Layer>> Layers => [.. _families.Select(f => (IReadOnlyList<Layer>)[.. Makers(f)])];

    /// <summary>The layers that keep all their channels, and why.</summary>
    public IReadOnlyList<LeftWhole> LeftWhole => _graph.LeftWhole;

    /// <summary>The model with a share of one family's channels: the heaviest stay (L2), one at least.</summary>
    /// <param name="family">Which of <see cref="Layers"/>.</param>
    /// <param name="share">Above 0, up to 1; rounded to whole groups.</param>
    public Model Narrowed(int family, double share)
    {
        var groups = _families[family].Groups;
        var widths = _graph.Widths.Copy();
        var going = new HashSet<int>();
        foreach (var group in groups.OrderBy(_scores.Of).ThenBy(g => g).Take(groups.Count - Math.Max(1, (int)Math.Round(share * groups.Count))))
        {
            if (!widths.CanGo(group)) continue;
            widths.Remove(group);
            going.Add(group);
        }
        return _graph.Without(going);
    }

    private IEnumerable<Layer> Makers(Family family)
    {
        var roots = family.Groups.ToHashSet();
        return _graph.Layers.Where(l => (l.Rows ?? []).Any(r => roots.Contains(_graph.Map.Labels.Root(r)))).Select(l => l.Layer);
    }
}
