using Pare.Onnx;

namespace Pare.Torch.Training.Distilling;

/// <summary>What a regressor is to map: a tensor of the student to the channels of the teacher's.</summary>
internal sealed record Regression(string Value, int Rank, long From, long To);

/// <summary>
/// The regressors of hints, as nodes of the student's graph: they train, are saved in checkpoints and go on from them like every other weight, and are
/// removed at the end.
/// </summary>
internal static class Regressors
{
    /// <summary>The student with a 1x1 convolution (rank 4) or a dense layer (rank 2) on each tensor, each an output of the graph.</summary>
    /// <returns>The model, and the regressors' outputs in the order of <paramref name="wanted"/>.</returns>
    public static (Model Model, IReadOnlyList<string> Outputs) Add(Model student, IEnumerable<Regression> wanted, int seed)
    {
        var graph = student.Graph;
        var outputs = new List<string>();
        foreach (var (value, rank, from, to) in wanted)
        {
            var output = graph.FreshName("regressor");
            graph = graph with { Outputs = graph.Outputs.Add(new ValueInfo { Name = output, Type = ElementType.Float }) };
            var weight = graph.FreshName(output + ".weight");
            var bias = graph.FreshName(output + ".bias");
            graph = graph with
            {
                Initializers = graph.Initializers.AddRange(Tensor.Of(weight, rank == 4 ? [to, from, 1, 1] : [from, to], Start(from, to, seed + outputs.Count)), Tensor.Of(bias, [to], new float[to])),
                Nodes = graph.Nodes.Add(new Node { OpType = rank == 4 ? "Conv" : "Gemm", Inputs = [value, weight, bias], Outputs = [output] }),
            };
            outputs.Add(output);
        }
        return (student with { Graph = graph }, outputs);
    }

    /// <summary>The trained network as it was before <see cref="Add"/> and <see cref="InnerValues.Expose"/>, with its new weights.</summary>
    public static Model Remove(Model trained, Model before)
    {
        var own = before.Graph.AllNames().ToHashSet();
        var graph = trained.Graph;
        return trained with
        {
            Graph = graph with
            {
                Nodes = graph.Nodes.RemoveAll(n => !n.Outputs.All(own.Contains)),
                Initializers = graph.Initializers.RemoveAll(t => !own.Contains(t.Name)),
                Outputs = before.Graph.Outputs,
            },
        };
    }

    // Uniform, so that what comes out varies as much as what goes in.
    private static float[] Start(long from, long to, int seed)
    {
        var random = new Random(seed);
        var bound = Math.Sqrt(3.0 / from);
        var values = new float[checked(from * to)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((2 * random.NextDouble() - 1) * bound);
        return values;
    }
}
