using Pare.Onnx;

namespace Pare.Torch.Training.Distilling;

/// <summary>Tensors inside a graph as outputs of it, so that training can look at them.</summary>
internal static class InnerValues
{
    /// <summary>The model with these tensors as further outputs.</summary>
    /// <param name="who">Whose they are, for the message.</param>
    /// <exception cref="BadInputException">No node computes a tensor of that name.</exception>
    public static Model Expose(Model model, IEnumerable<string> names, string who)
    {
        var index = new GraphIndex(model.Graph);
        var known = model.Graph.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0 && index.Constant(o) is null).ToHashSet();
        var wanted = names.Distinct().ToList();
        foreach (var name in wanted.Where(n => !known.Contains(n)))
            throw new BadInputException($"no node of the {who} computes a tensor '{name}'{(DidYouMean.Nearest(name, known) is { } near ? $"; did you mean '{near}'?" : "")}");
        var added = wanted.Where(n => !index.IsOutput(n)).Select(n => new ValueInfo { Name = n, Type = ElementType.Float });
        return model with { Graph = model.Graph with { Outputs = model.Graph.Outputs.AddRange(added) } };
    }
}
