namespace Pare.Prune.Channels;

/// <summary>
/// Names for channels: what has one label goes or stays together. Labels that turn out to depend on each other are united
/// (union-find); a label that must stay knows why.
/// </summary>
internal sealed class Labels
{
    private readonly List<int> _parents = [];
    private readonly List<string?> _reasons = [];

    public int Count => _parents.Count;

    public int[] Fresh(long count)
    {
        var labels = new int[checked((int)count)];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = _parents.Count;
            _parents.Add(labels[i]);
            _reasons.Add(null);
        }
        return labels;
    }

    /// <summary>The label that stands for all those united with the given one.</summary>
    public int Root(int label)
    {
        while (_parents[label] != label) label = _parents[label] = _parents[_parents[label]];
        return label;
    }

    /// <summary>The lowest label stays the root, so that the result does not depend on the order of unions.</summary>
    public void Unite(int a, int b)
    {
        (a, b) = (Root(a), Root(b));
        if (a == b) return;
        var (root, child) = a < b ? (a, b) : (b, a);
        _parents[child] = root;
        _reasons[root] ??= _reasons[child];
    }

    /// <summary>Unites two lists place by place.</summary>
    public void Unite(int[] a, int[] b)
    {
        for (var i = 0; i < a.Length; i++) Unite(a[i], b[i]);
    }

    /// <summary>Says that labels must stay; the first reason counts.</summary>
    public void Keep(IEnumerable<int> labels, string reason)
    {
        foreach (var label in labels) _reasons[Root(label)] ??= reason;
    }

    /// <summary>Why a label must stay; null where it may go.</summary>
    public string? WhyKept(int label) => _reasons[Root(label)];
}

/// <summary>The labels of a value: one for each place along an axis, null along axes that nothing can be removed from.</summary>
/// <param name="Shape">Length of each axis; a labelled axis has a number.</param>
/// <param name="Axes">Labels by axis.</param>
internal sealed record LabelledValue(System.Collections.Immutable.ImmutableArray<Onnx.Dimension> Shape, int[]?[] Axes)
{
    public int Rank => Axes.Length;

    public IEnumerable<int> All => Axes.Where(a => a is not null).SelectMany(a => a!);

    /// <summary>Labels of some axes.</summary>
    public IEnumerable<int> Along(IEnumerable<int> axes) => axes.Where(a => Axes[a] is not null).SelectMany(a => Axes[a]!);
}
