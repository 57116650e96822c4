using Pare.NativeTests.Onnx;
using Pare.Onnx;
using Pare.Prune.Channels;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Prune;

/// <summary>Channels that are removed, and the same channels with nobody looking at them, give the same outputs on ONNX Runtime.</summary>
public sealed class ChannelTests
{
    // Sums run in another order, in float32.
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Networks => [.. ModelZoo.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Zoo_networks_compute_the_same_without_a_group_as_with_it_zeroed(string name)
    {
        var side = name.StartsWith("lenet", StringComparison.Ordinal) ? 28 : name == "landmark-net" ? 48 : 32;
        int[] shape = [side == 28 ? 1 : 3, side, side];
        var model = Lively(ModelZoo.Build(name, new ZooOptions { InputShape = shape, Seed = 5, Classes = 10 }), new Random(5));
        var graph = ChannelGraph.Of(model);
        Assert.NotEmpty(graph.Groups);
        var random = new Random(7);
        var input = Noise("input", [2, .. shape.Select(d => (long)d)], random);
        Check(graph, [graph.Groups[0]], input);
        Check(graph, [graph.Groups[^1]], input);
        Check(graph, [graph.Groups[random.Next(graph.Groups.Count)]], input);
        Check(graph, Several(graph, random), input);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Random_networks_compute_the_same_without_a_group_as_with_it_zeroed(int part)
    {
        var (groups, without) = (0, 0);
        for (var seed = 50 * part; seed < 50 * (part + 1); seed++)
        {
            var random = new Random(seed);
            var model = new RandomNetwork(random).Build();
            GraphSpec.Verify(model);
            var graph = ChannelGraph.Of(model);
            if (graph.Groups.Count == 0)
            {
                without++;
                continue;
            }
            var input = Noise("x", [2, RandomNetwork.Channels, RandomNetwork.Side, RandomNetwork.Side], random);
            try
            {
                Assert.True(OrtRun.Difference(model, graph.Model, new Dictionary<string, Tensor> { ["x"] = input }) <= Tolerance, "the written-out model differs");
                Check(graph, [graph.Groups[random.Next(graph.Groups.Count)]], input);
                Check(graph, Several(graph, random), input);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}\n{string.Join('\n', model.Graph.Nodes)}", e);
            }
            groups += graph.Groups.Count;
        }
        Assert.True(groups > 400 && without < 5, $"{groups} groups, {without} networks without any");
    }

    private static void Check(ChannelGraph graph, IReadOnlyCollection<ChannelGroup> groups, Tensor input)
    {
        var removed = graph.Without(groups);
        GraphSpec.Verify(removed);
        // Channels that a Pad adds are nobody's weights.
        if (groups.Any(g => g.Rows.Count > 0)) Assert.True(Parameters(removed) < Parameters(graph.Model));
        var difference = OrtRun.Difference(Zeroed(graph.Model, groups), removed, new Dictionary<string, Tensor> { [input.Name] = input });
        Assert.True(difference <= Tolerance, $"difference {difference} without groups {string.Join(", ", groups.Select(g => g.Id))}");
    }

    private static long Parameters(Model model) => model.Graph.AllTensors().Where(t => t.Type == ElementType.Float).Sum(t => t.Count);

    /// <summary>The model in which no layer looks at the groups: whatever the channels hold on their way (after a sigmoid, say), it adds nothing to any sum.</summary>
    private static Model Zeroed(Model model, IEnumerable<ChannelGroup> groups)
    {
        var index = new GraphIndex(model.Graph);
        var layers = Layer.Of(index).ToDictionary(l => l.Name);
        var zeroed = new Dictionary<string, Tensor>();
        foreach (var span in groups.SelectMany(g => g.Columns))
        {
            var node = layers[span.Layer].Node;
            var weights = zeroed.GetValueOrDefault(span.Weight) ?? index.Constant(span.Weight)!;
            var values = weights.Floats.ToArray();
            // Conv's inputs are its second axis, in each group of rows another part of them; ConvTranspose's, and those of the others but for transB, the first.
            var axis = node.Is("Conv") || node.Int("transB", 0) != 0 ? 1 : 0;
            var parts = node.Is("Conv") ? (int)node.Int("group", 1) : 1;
            var inner = (int)weights.Shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d);
            var (length, places) = ((int)weights.Shape[axis], span.Places.ToHashSet());
            for (var i = 0; i < values.Length; i++)
                if (places.Contains(i / (values.Length / parts) * length + i / inner % length)) values[i] = 0;
            zeroed[span.Weight] = Tensor.Of(span.Weight, weights.Shape.AsSpan(), values);
        }
        return model with { Graph = model.Graph.ReplaceConstants(zeroed) };
    }

    private static List<ChannelGroup> Several(ChannelGraph graph, Random random)
    {
        var several = new List<ChannelGroup>();
        foreach (var group in graph.Groups.OrderBy(_ => random.Next()).Take(40))
        {
            several.Add(group);
            try
            {
                graph.Without(several);
            }
            catch (ArgumentException)
            {
                several.Remove(group);
            }
        }
        return several;
    }

    /// <summary>Random biases and statistics, so that no channel is like another.</summary>
    private static Model Lively(Model model, Random random) => model with
    {
        Graph = model.Graph.ReplaceConstants(model.Graph.Initializers.Where(t => t is { Type: ElementType.Float, Shape.Length: 1, Count: > 1 })
            .ToDictionary(t => t.Name, t => Tensor.Of(t.Name, t.Shape.AsSpan(), [.. Enumerable.Range(0, (int)t.Count).Select(_ => 0.5f + (float)random.NextDouble())]))),
    };

    private static Tensor Noise(string name, long[] shape, Random random) =>
        Tensor.Of(name, shape, [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))]);
}
