using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Report;

namespace Pare.Compress;

/// <summary>Time of each operator of two networks, side by side where their names agree.</summary>
internal static class NodeLatencies
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(0.3);

    /// <summary>Measures both; null where ONNX Runtime cannot.</summary>
    public static IReadOnlyList<NodeLatency>? Measure(Model before, Model after, ImmutableArray<int> exampleShape, CancellationToken cancel)
    {
        var options = new LatencyOptions { ExampleShape = exampleShape, Budget = Budget, Run = new OrtOptions { Threads = 1 } };
        try
        {
            return Join(Times(before), Times(after));
        }
        catch (BadInputException)
        {
            return null;
        }

        List<NodeLatency> Times(Model model)
        {
            var profile = NodeTimer.Measure(model, options, cancel);
            return
            [
                .. profile.Nodes.Select(n => new NodeLatency(model.Graph.Nodes[n.Index].Label, model.Graph.Nodes[n.Index].OpType, n.Ms, null)),
                // What the runtime puts in itself is named anew in every network.
                .. profile.Added.GroupBy(n => n.Op).Select(g => new NodeLatency($"{g.Key} of the runtime", g.Key, g.Sum(n => n.Ms), null)),
            ];
        }
    }

    /// <summary>The first network's operators, then those that only the second has.</summary>
    internal static IReadOnlyList<NodeLatency> Join(IReadOnlyList<NodeLatency> before, IReadOnlyList<NodeLatency> after)
    {
        var times = after.GroupBy(n => n.Name).ToDictionary(g => g.Key, g => g.First());
        var names = before.Select(n => n.Name).ToHashSet();
        return [.. before.Select(n => n with { After = times.GetValueOrDefault(n.Name)?.Before }), .. times.Values.Where(n => !names.Contains(n.Name)).Select(n => n with { Before = null, After = n.Before })];
    }
}
