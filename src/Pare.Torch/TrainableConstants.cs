using Pare.Onnx;

namespace Pare.Torch;

/// <summary>
/// Decides which constants of a graph training may change: floats that stand where an operator keeps weights, also when they get
/// there through operators that only move, pick or re-code them (Cast, Transpose, Reshape, Gather, Where, Q/DQ pairs).
/// Scales and zero points, running statistics, shapes and scalar settings stay as they are.
/// </summary>
internal static class TrainableConstants
{
    private const float MaskAt = 1e4f;

    /// <summary>Names of the trainable constants, in the order in which the graph uses them.</summary>
    public static IReadOnlyList<string> Of(GraphIndex index) =>
        [.. Reached(index).Where(r => IsWeight(r.Constant, r.User)).Select(r => r.Constant.Name).Distinct()];

    /// <summary>Constants of whole numbers that stand for weights: what a DequantizeLinear alone takes, on the way to where an operator keeps weights.</summary>
    public static IEnumerable<(Tensor Codes, Node Dequantize)> Codes(GraphIndex index) =>
        from reached in Reached(index).DistinctBy(r => r.Constant.Name)
        where reached.Constant.Type.IsWhole() && reached.Constant.Count > 0 && !index.IsOutput(reached.Constant.Name)
        where index.Consumers(reached.Constant.Name) is [var only] && only.Is("DequantizeLinear") && only.Inputs.Count(i => i == reached.Constant.Name) == 1
        select (reached.Constant, index.Consumers(reached.Constant.Name)[0]);

    private static List<(Tensor Constant, Node User)> Reached(GraphIndex index)
    {
        var found = new List<(Tensor, Node)>();
        var seen = new HashSet<string>();
        foreach (var node in index.Graph.Nodes.Where(n => n.IsStandard))
            foreach (var input in WeightInputs(node))
                Trace(index, node.Input(input), node, found, seen);
        return found;
    }

    /// <summary>True where a value reaches every user as 32-bit floats, through a Cast behind at most moves and picks.</summary>
    public static bool IsWidened(GraphIndex index, string value)
    {
        var users = index.Consumers(value);
        return users.Count > 0 && !index.IsOutput(value) && users.All(user =>
            (user.Is("Cast") && user.Int("to", 0) == (long)ElementType.Float)
            || (user.OpType is "Identity" or "Reshape" or "Transpose" or "Gather" && user.Input(0) == value && IsWidened(index, user.Outputs[0])));
    }

    // A constant may be a weight for one user and a setting for another; each is noted.
    private static void Trace(GraphIndex index, string value, Node user, List<(Tensor, Node)> found, HashSet<string> seen)
    {
        if (index.Constant(value) is { } constant)
        {
            found.Add((constant, user));
            return;
        }
        if (index.Producer(value) is not { IsStandard: true } node || !seen.Add(value)) return;
        foreach (var input in PassedThrough(node)) Trace(index, node.Input(input), user, found, seen);
    }

    private static bool IsWeight(Tensor constant, Node user) =>
        constant.Type is ElementType.Float or ElementType.Float16 or ElementType.BFloat16 or ElementType.Double
        && constant.Count > 0 && (constant.Shape.Length > 0 || user.OpType is not ("Add" or "Sub" or "Mul" or "Div" or "Where"))
        && !(user.OpType is "Add" or "Sub" or "Where" && IsMask(constant));

    // What attention adds to scores that must not count: no weight is so far below 0.
    private static bool IsMask(Tensor constant) => constant.Type == ElementType.Float && constant.Floats.ContainsAnyExceptInRange(-MaskAt, float.MaxValue);

    /// <summary>Which inputs of an operator hold weights.</summary>
    private static int[] WeightInputs(Node node) => node.OpType switch
    {
        "Conv" or "ConvTranspose" or "BatchNormalization" or "InstanceNormalization" or "LayerNormalization" or "Where" => [1, 2],
        "Gemm" => [0, 1, 2],
        "MatMul" or "Add" or "Sub" or "Mul" or "Div" => [0, 1],
        "PRelu" => [1],
        "Gather" => [0],
        _ => [],
    };

    /// <summary>Which inputs of an operator come out of it as they are, moved or re-coded.</summary>
    private static int[] PassedThrough(Node node) => node.OpType switch
    {
        "Identity" or "Cast" or "Transpose" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Expand" or "Tile" or "Slice" or "Pad"
            or "Split" or "Gather" or "QuantizeLinear" or "DequantizeLinear" => [0],
        "Where" => [1, 2],
        "Concat" => [.. Enumerable.Range(0, node.Inputs.Length)],
        _ => [],
    };
}
