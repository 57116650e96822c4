using System.Collections.Frozen;
using Pare.Onnx.Ops;

namespace Pare.Onnx.Spec;

/// <summary>Rules on single nodes of known operators.</summary>
internal static class NodeRules
{
    // In the standard's own operators a name has one kind; the exceptions are Pad 1's and ConstantOfShape's value and Cast 1's to.
    private static readonly FrozenDictionary<string, AttributeKind> Kinds = ((IEnumerable<(string[] Names, AttributeKind Kind)>)
    [
        (["strides", "pads", "dilations", "kernel_shape", "output_padding", "output_shape", "axes", "perm", "starts", "ends", "split"], AttributeKind.Ints),
        (["group", "axis", "keepdims", "transA", "transB", "ceil_mode", "count_include_pad", "blocksize", "batch_dims", "training_mode", "block_size", "allowzero", "largest", "sorted", "p"], AttributeKind.Int),
        (["epsilon", "alpha", "beta", "gamma", "lambd", "momentum"], AttributeKind.Float),
        (["auto_pad", "mode", "coordinate_transformation_mode", "nearest_mode", "approximate", "direction"], AttributeKind.Text),
    ]).SelectMany(row => row.Names.Select(name => (name, row.Kind))).ToFrozenDictionary(p => p.name, p => p.Kind);

    public static IEnumerable<Node> Walk(Graph graph) => graph.Nodes.SelectMany(Walk);

    public static IEnumerable<Node> Walk(Node node) => node.Subgraphs.SelectMany(Walk).Prepend(node);

    public static IEnumerable<string> Arity(Model model)
    {
        foreach (var node in Walk(model.Graph).Concat(model.Functions.SelectMany(f => f.Nodes.SelectMany(Walk))))
        {
            if (node.OpType.Length == 0) yield return $"node {node} has no operator";
            if (Operators.Find(node) is not { } known) continue;
            if (!known.Inputs.Allows(node.Inputs.Length)) yield return $"node {node} has {node.Inputs.Length} inputs, {known.Inputs} are allowed";
            if (!known.Outputs.Allows(node.Outputs.Length)) yield return $"node {node} has {node.Outputs.Length} outputs, {known.Outputs} are allowed";
            for (var i = 0; i < Math.Min(known.Inputs.Min, node.Inputs.Length); i++)
                if (node.Inputs[i].Length == 0) yield return $"node {node} leaves out input {i}, which it needs";
        }
    }

    public static IEnumerable<string> AttributeKinds(Model model)
    {
        foreach (var node in Walk(model.Graph).Concat(model.Functions.SelectMany(f => f.Nodes.SelectMany(Walk))))
        {
            var names = new HashSet<string>();
            foreach (var attribute in node.Attributes)
            {
                if (!names.Add(attribute.Name)) yield return $"node {node} has attribute '{attribute.Name}' twice";
                if (attribute.Reference.Length > 0 || Operators.Find(node) is null || !Kinds.TryGetValue(attribute.Name, out var kind)) continue;
                if (attribute.Kind != kind) yield return $"node {node}: attribute '{attribute.Name}' is {attribute.Kind}, {kind} is needed";
            }
        }
    }
}
