using Pare.Onnx;

namespace Pare.Prune;

/// <summary>Takes channels out of a graph: rows and biases of the layers that make them, columns of those that use them.</summary>
internal static class ChannelCut
{
    /// <summary>The graph with only the given channels of each group; what the others add as constants goes into the biases.</summary>
    public static Graph Apply(ChannelMap map, IReadOnlyDictionary<ChannelGroup, int[]> kept)
    {
        var edits = new Dictionary<ChannelLayer, LayerEdit>();
        LayerEdit Edit(ChannelLayer layer) => edits.TryGetValue(layer, out var edit) ? edit : edits[layer] = new LayerEdit(layer);
        foreach (var (group, channels) in kept)
        {
            Edit(group.Producer).Rows = channels;
            var keeps = new bool[group.Count];
            foreach (var c in channels) keeps[c] = true;
            foreach (var use in group.Uses)
                if (!keeps[use.Channel]) Edit(use.Consumer).Drop(use);
        }
        var graph = map.Index.Graph;
        foreach (var edit in edits.Values) graph = edit.Apply(graph);
        var changed = map.ValuesOf(kept.Keys.ToHashSet()).ToHashSet();
        return graph with { Values = [.. graph.Values.Where(v => !changed.Contains(v.Name))] };
    }

    /// <summary>What changes in one layer.</summary>
    private sealed class LayerEdit(ChannelLayer layer)
    {
        private readonly bool[] _dropped = new bool[layer.InputCount];
        private double[]? _added;

        public int[]? Rows { get; set; }

        public void Drop(ChannelUse use)
        {
            _dropped.AsSpan(use.FirstColumn, use.Columns).Fill(true);
            if (use.Constant is not { } c || c == 0 || !layer.FoldsConstants) return;
            _added ??= new double[layer.OutputCount];
            layer.FoldInto(_added, use.FirstColumn, use.Columns, c);
        }

        public Graph Apply(Graph graph)
        {
            graph = EditBias(graph);
            var columns = Enumerable.Range(0, _dropped.Length).Where(i => !_dropped[i]).ToArray();
            if (columns.Length < layer.InputCount) graph = Replace(graph, layer.Weights.Select(layer.InputAxis, columns));
            if (Rows is null) return graph;
            var weights = StoredWeights.Of(new GraphIndex(graph), layer.Node.Inputs[1])!;
            return Replace(graph, weights.Select(layer.OutputAxis, Rows));
        }

        private Graph EditBias(Graph graph)
        {
            var fold = _added is { } added && Array.Exists(added, a => a != 0);
            if (!fold) return Rows is null || layer.Bias is null ? graph : Replace(graph, layer.Bias.Select(layer.Bias.Elements.Shape.Length - 1, Rows));
            var bias = new float[layer.OutputCount];
            if (layer.Bias is not null) layer.Bias.Read(0, bias).CopyTo(bias);
            for (var i = 0; i < bias.Length; i++) bias[i] = (float)(bias[i] + _added![i]);
            if (Rows is not null) bias = Array.ConvertAll(Rows, r => bias[r]);
            return layer.Bias switch
            {
                null => WithBias(graph, bias),
                DenseWeights dense => Replace(graph, [dense.Elements with { Shape = [bias.Length], Data = ArrayMemory.Of(bias) }]),
                // Codes and 8 bits cannot hold any number.
                _ => Densify(graph, Tensor.Of(layer.Node.Inputs[2], [bias.Length], bias)),
            };
        }

        private Graph WithBias(Graph graph, float[] bias)
        {
            var name = graph.FreshName(layer.Name + ".bias");
            var node = graph.Nodes.First(n => n.Outputs.SequenceEqual(layer.Node.Outputs));
            return graph with
            {
                Initializers = graph.Initializers.Add(Tensor.Of(name, [bias.Length], bias)),
                Nodes = graph.Nodes.Replace(node, node with { Inputs = [node.Inputs[0], node.Inputs[1], name] }),
            };
        }

        private static Graph Densify(Graph graph, Tensor value) =>
            WeightForm.Replace(new Model { Graph = graph }, new Dictionary<string, WeightForm> { [value.Name] = WeightForm.Dense(value) }).Graph;

        private static Graph Replace(Graph graph, IEnumerable<Tensor> tensors)
        {
            var replacements = tensors.ToDictionary(t => t.Name);
            return graph.ReplaceConstants(replacements) with
            {
                Inputs = [.. graph.Inputs.Select(i => replacements.TryGetValue(i.Name, out var t) ? i with { Shape = [.. t.Shape.Select(d => (Dimension)d)] } : i)],
            };
        }
    }
}
