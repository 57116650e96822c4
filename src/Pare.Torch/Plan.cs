using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Torch.Ops;

namespace Pare.Torch;

/// <summary>One node to compute, and the values that nothing needs after it.</summary>
internal sealed record Step(Node Node, Kernel Kernel)
{
    public ImmutableArray<string> LastUses { get; init; } = [];
}

/// <summary>What to compute, in which order, for the outputs of a graph.</summary>
internal sealed class Plan
{
    private readonly HashSet<string> _used;

    private Plan(ImmutableArray<string> outputs, ImmutableArray<Step> steps)
    {
        (Outputs, Steps) = (outputs, steps);
        _used = [.. steps.SelectMany(s => s.Node.Inputs), .. outputs];
    }

    /// <summary>The inputs that the caller gives.</summary>
    public required ImmutableArray<string> Inputs { get; init; }
    public ImmutableArray<string> Outputs { get; }

    /// <summary>The constants that some step or output uses, in the order of their first use.</summary>
    public required ImmutableArray<Tensor> Constants { get; init; }

    /// <summary>The steps that the outputs need, in the graph's order.</summary>
    public ImmutableArray<Step> Steps { get; }

    /// <summary>Names of the values that BatchNormalization takes as running mean and variance.</summary>
    public IReadOnlySet<string> RunningStatistics =>
        Steps.Where(s => s.Node.OpType == "BatchNormalization").SelectMany(s => s.Node.Inputs.Skip(3)).ToHashSet();

    /// <summary>True where a step or the caller takes the value.</summary>
    public bool Uses(string value) => _used.Contains(value);

    /// <summary>The plan of a model's main graph.</summary>
    /// <exception cref="BadInputException">A needed node has an operator that training lacks.</exception>
    public static Plan Of(Model model)
    {
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var needed = graph.Outputs.Select(o => o.Name).ToHashSet();
        var steps = new List<Step>();
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(needed.Contains) || index.Constant(node.Outputs[0]) is not null) continue;
            steps.Add(new Step(node, KernelOf(node)));
            needed.UnionWith(node.Inputs.Where(i => i.Length > 0));
        }
        steps.Reverse();
        var outputs = graph.Outputs.Select(o => o.Name).ToImmutableArray();
        var names = steps.SelectMany(s => s.Node.Inputs).Concat(outputs).Distinct();
        return new Plan(outputs, WithLastUses(steps, outputs))
        {
            Inputs = [.. graph.FreeInputs.Select(i => i.Name)],
            Constants = [.. names.Select(index.Constant).OfType<Tensor>()],
        };
    }

    /// <summary>The plan without steps whose results have become constants.</summary>
    public Plan Without(IReadOnlySet<Step> done) =>
        new(Outputs, Steps.RemoveAll(done.Contains)) { Inputs = Inputs, Constants = Constants };

    /// <summary>The plan with each step replaced.</summary>
    public Plan With(Func<Step, Step> replace) => new(Outputs, [.. Steps.Select(replace)]) { Inputs = Inputs, Constants = Constants };

    /// <summary>The plan with each pair of steps done as one, where the first stood.</summary>
    public Plan With(IReadOnlyDictionary<Step, (Step Second, Step Both)> pairs) =>
        Without(pairs.Values.Select(p => p.Second).ToHashSet()).With(s => pairs.TryGetValue(s, out var pair) ? pair.Both with { LastUses = [.. s.LastUses, .. pair.Second.LastUses] } : s);

    private static Kernel KernelOf(Node node)
    {
        if (node.IsStandard && Kernels.Find(node.OpType) is { } kernel) return kernel;
        var domain = node.IsStandard ? "" : $" of '{node.Domain}'";
        throw new BadInputException($"node {node}: training does not support the operator {node.OpType}{domain}; it supports {Kernels.Names}");
    }

    private static ImmutableArray<Step> WithLastUses(List<Step> steps, ImmutableArray<string> outputs)
    {
        // What a step makes and nobody uses is let go of right after it.
        var last = new Dictionary<string, int>();
        for (var i = 0; i < steps.Count; i++)
            foreach (var name in steps[i].Node.Outputs.Concat(steps[i].Node.Inputs)) last[name] = i;
        foreach (var output in outputs) last.Remove(output);
        var byStep = last.ToLookup(p => p.Value, p => p.Key);
        return [.. steps.Select((s, i) => s with { LastUses = [.. byStep[i]] })];
    }
}
