namespace Pare.Onnx.Rewrites;

/// <summary>
/// Writes out the shapes that exporters compute (Shape, Gather, Concat) for Reshape, Expand and Resize wherever at most the
/// batch is open, so that a step that changes channels finds all their numbers as constants.
/// </summary>
internal static class ExplicitShapes
{
    public static Model Apply(Model model)
    {
        var types = ShapeInference.Infer(ShapeInference.NameOpenLengths(model));
        var constants = ShapeInference.IntegerConstants(model);
        var (graph, names) = (model.Graph, new FreshNames(model.Graph));
        foreach (var node in model.Graph.Nodes)
        {
            if (!node.IsStandard || types.GetValueOrDefault(node.Outputs.FirstOrDefault() ?? "").Shape is not { } to) continue;
            var input = node.Is("Resize") ? 3 : 1;
            if (node.Input(input).Length == 0 || constants.ContainsKey(node.Inputs[input]) || types.GetValueOrDefault(node.Inputs[0]).Shape is not { } from) continue;
            graph = node.OpType switch
            {
                "Reshape" when node.Int("allowzero", 0) == 0 && Target([.. from], [.. to], open: 0) is { } shape => With(graph, names, node, shape),
                "Expand" when from.Length == to.Length && Target([.. from], [.. to], open: 1) is { } shape && !shape.Contains(-1) => With(graph, names, node, shape),
                "Resize" when node.Ints("axes").IsEmpty && node.Text("keep_aspect_ratio_policy", "stretch") == "stretch" && Scales([.. from], [.. to]) is { } scales => WithScales(graph, names, node, scales),
                _ => graph,
            };
        }
        return ReferenceEquals(graph, model.Graph) ? model : model with { Graph = graph };
    }

    // An axis whose length is the input's own, whatever that is, takes the number that says so; one more may be left to the rest.
    private static long[]? Target(Dimension[] from, Dimension[] to, long open)
    {
        var target = new long[to.Length];
        for (var i = 0; i < to.Length; i++)
            target[i] = to[i].Value ?? (i < from.Length && from[i] == to[i] && to[i].Symbol is not null ? open : -1);
        return target.Count(t => t == -1) <= 1 ? target : null;
    }

    // Only scales that give back the same lengths, and the same places within them, as the sizes did.
    private static float[]? Scales(Dimension[] from, Dimension[] to)
    {
        var scales = new float[from.Length];
        for (var i = 0; i < scales.Length; i++)
        {
            if (from[i] == to[i] && from[i] != Dimension.Unknown) scales[i] = 1;
            else if (from[i].Value is { } n and > 0 && to[i].Value is { } m && (float)m / n is var scale && scale * n == m && (double)scale * n == m) scales[i] = scale;
            else return null;
        }
        return scales;
    }

    private static Graph With(Graph graph, FreshNames names, Node node, long[] shape)
    {
        var name = names.Of($"{node.Outputs[0]}.shape");
        return Replace(graph, node, node with { Inputs = node.Inputs.SetItem(1, name) }, Tensor.Of(name, [shape.Length], shape));
    }

    private static Graph WithScales(Graph graph, FreshNames names, Node node, float[] scales)
    {
        var name = names.Of($"{node.Outputs[0]}.scales");
        return Replace(graph, node, node with { Inputs = [node.Inputs[0], node.Input(1), name] }, Tensor.Of(name, [scales.Length], scales));
    }

    private static Graph Replace(Graph graph, Node node, Node by, Tensor constant) =>
        graph with { Nodes = graph.Nodes.Replace(node, by), Initializers = graph.Initializers.Add(constant) };
}
