namespace Pare.Onnx.Spec;

/// <summary>Rules on the model as a whole.</summary>
internal static class ModelRules
{
    public static IEnumerable<string> HasOutputs(Model model)
    {
        if (model.Graph.Outputs.IsEmpty) yield return $"graph '{model.Graph.Name}' has no outputs";
    }

    /// <summary>A node's operator set must be imported; files of IR version 1 and 2 import none and mean version 1.</summary>
    public static IEnumerable<string> OpsetImported(Model model)
    {
        if (model.IrVersion < 3 && model.Opsets.IsEmpty) yield break;
        foreach (var opset in model.Opsets)
            if (opset.Version < 1) yield return $"operator set '{opset.Domain}' has version {opset.Version}, 1 or more is allowed";
        foreach (var missing in Missing(NodeRules.Walk(model.Graph), model.Opsets)) yield return missing;
        foreach (var function in model.Functions)
            foreach (var missing in Missing(function.Nodes.SelectMany(NodeRules.Walk), function.Opsets.IsEmpty ? model.Opsets : function.Opsets)) yield return $"function '{function.Name}': {missing}";
    }

    private static IEnumerable<string> Missing(IEnumerable<Node> nodes, IEnumerable<Opset> opsets)
    {
        var imported = opsets.Select(o => Normal(o.Domain)).ToHashSet();
        foreach (var node in nodes)
            if (!imported.Contains(Normal(node.Domain))) yield return $"node {node} is of domain '{node.Domain}', which the model does not import";
    }

    private static string Normal(string domain) => domain == "ai.onnx" ? "" : domain;
}
