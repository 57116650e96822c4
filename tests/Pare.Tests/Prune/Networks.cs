using Pare.Onnx;

namespace Pare.Tests.Prune;

/// <summary>Small graphs for the tests of this room.</summary>
internal static class Networks
{
    /// <summary>Gemm layers one after the other, [out, in] weights, without activations between.</summary>
    public static Model Dense(params (string Name, int Outputs, int Inputs, float[] Weights)[] layers)
    {
        var nodes = new List<Node>();
        var constants = new List<Tensor>();
        var value = "x";
        foreach (var (name, outputs, inputs, weights) in layers)
        {
            constants.Add(Tensor.Of(name + ".w", [outputs, inputs], weights));
            nodes.Add(Gemm(name, value, name + ".w", "", name + ".y"));
            value = name + ".y";
        }
        return Of(nodes, constants, [new(), layers[0].Inputs], [new(), layers[^1].Outputs], value);
    }

    public static Model Of(IEnumerable<Node> nodes, IEnumerable<Tensor> constants, Dimension[] input, Dimension[] output, string outputName) => new()
    {
        Graph = new Graph
        {
            Name = "g",
            Nodes = [.. nodes],
            Initializers = [.. constants],
            Inputs = [ValueInfo.Of("x", ElementType.Float, input)],
            Outputs = [ValueInfo.Of(outputName, ElementType.Float, output)],
        },
    };

    public static Node Gemm(string name, string input, string weight, string bias, string output) => new()
    {
        OpType = "Gemm",
        Name = name,
        Inputs = bias.Length > 0 ? [input, weight, bias] : [input, weight],
        Outputs = [output],
        Attributes = [NodeAttribute.Of("transB", 1L)],
    };

    public static Node Op(string type, string input, string output, params NodeAttribute[] attributes) =>
        new() { OpType = type, Name = output, Inputs = [.. input.Split(',')], Outputs = [output], Attributes = [.. attributes] };

    /// <summary>One Gemm layer with shared weights.</summary>
    public static Model Shared(int outputs, int inputs, byte[] codes, float[] codebook) => Of(
        [
            Op("Cast", "codes", "indices", NodeAttribute.Of("to", (long)ElementType.Int32)),
            Op("Gather", "codebook,indices", "w"),
            Gemm("fc", "x", "w", "", "y"),
        ],
        [Tensor.Of("codes", [outputs, inputs], codes), Tensor.Of("codebook", [codebook.Length], codebook)],
        [new(), inputs], [new(), outputs], "y");

    public static Tensor Constant(this Model model, string name) => new GraphIndex(model.Graph).Constant(name)!;

    public static float[] Floats(this Model model, string name) => model.Constant(name).Floats.ToArray();
}
