using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>How long each node of a model takes, from ONNX Runtime's own profile.</summary>
public static class NodeTimer
{
    /// <summary>Events of a profile that are read at most; they take 300 bytes each.</summary>
    private const int MaxEvents = 40_000;

    private const int WarmUps = 5;

    /// <summary>Length of a turn, with and without the profiler each.</summary>
    private const double TurnMs = 10;
    /// <summary>The profiler's work on a node, at most, in that on the simplest node: it writes down more shapes.</summary>
    private const double MaxCost = 3;

    internal const string Token = "pare.node.";
    private const string InnerToken = "pare.inner";

    /// <summary>
    /// Times a model's nodes. Runs with and without the profiler take turns: nodes come from the ones, the whole from the others. By how much the
    /// ones are slower is the profiler's own work; the share of it that it counts as the nodes' is taken off them in equal parts.
    /// </summary>
    /// <exception cref="BadInputException">ONNX Runtime refuses the model, or an input's shape stays open.</exception>
    public static TimeProfile Measure(Model model, LatencyOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var (share, simplest) = ProfilerCost(options, cancel);
        var sample = Profile(model, options, cancel);
        // On a busy machine the difference is mostly chance; no node costs the profiler much more than the simplest does.
        var cost = Math.Min(sample.ProfilerMs / Math.Max(1, sample.Kernels.Count), MaxCost * simplest);
        return Assign(model, sample.Kernels, share * cost) with
        {
            Whole = new RoundTimes([sample.Whole]).Latency(0),
            Examples = sample.Examples,
        };
    }

    /// <summary>The share of its own work that the profiler counts as the nodes', 0 to 1, and its work in milliseconds a node: measured on nodes that do next to nothing, a chain of additions of one number.</summary>
    private static (double Share, double NodeMs) ProfilerCost(LatencyOptions options, CancellationToken cancel)
    {
        const int nodes = 40;
        var value = ValueInfo.Of("x0", ElementType.Float, 1);
        var chain = new Model
        {
            Graph = new Graph
            {
                Name = "chain", Inputs = [value], Outputs = [value with { Name = $"x{nodes}" }], Initializers = [Tensor.Of("w", [1], [1f])],
                Nodes = [.. Enumerable.Range(0, nodes).Select(i => new Node { OpType = "Add", Inputs = [$"x{i}", "w"], Outputs = [$"x{i + 1}"] })],
            },
        };
        var sample = Profile(chain, new LatencyOptions { Run = options.Run, Budget = TimeSpan.FromSeconds(0.1) }, cancel);
        return sample.ProfilerMs > 0 ? (Math.Min(1, MiddleMean(Totals(sample.Kernels)) / sample.ProfilerMs), sample.ProfilerMs / nodes) : (0, 0);
    }

    /// <param name="Whole">Milliseconds of the runs without the profiler.</param>
    /// <param name="ProfilerMs">By how much a run with the profiler is slower.</param>
    private sealed record Sample(IReadOnlyList<KernelTimes> Kernels, IReadOnlyList<double> Whole, double ProfilerMs, int Examples);

    private static Sample Profile(Model model, LatencyOptions options, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("pare-");
        try
        {
            using var plain = new OrtModel(model, options.Run);
            using var profiled = new OrtModel(Named(model), options.Run with { ProfilePrefix = Path.Combine(folder.FullName, "profile") });
            var inputs = RandomInputs.Of(plain.Inputs, options.Inputs);
            var (whole, slowed) = TakeTurns(plain, profiled, inputs, options.Budget, Math.Max(LatencyMeter.MinRuns, MaxEvents / (model.Graph.Nodes.Length + 4)), cancel);
            var kernels = ProfileFile.Parse(profiled.EndProfiling()).Where(k => !k.Name.Contains(InnerToken, StringComparison.Ordinal));
            var profilerMs = Math.Max(0, MiddleMean(slowed) - MiddleMean(whole));
            return new Sample([.. kernels.Select(k => k.ByRun(WarmUps + slowed.Count, WarmUps))], whole, profilerMs, RandomInputs.Examples(plain.Inputs, plain.Outputs, options.Inputs));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Turns last a while: a small network that shares the cache with another one on every run would look slower than it is.
    private static (List<double> Plain, List<double> Profiled) TakeTurns(OrtModel plain, OrtModel profiled, ImmutableArray<Tensor> inputs, TimeSpan budget, int maxRuns, CancellationToken cancel)
    {
        var fastest = Enumerable.Range(0, WarmUps).Min(_ => Time(profiled, inputs));
        var turn = Math.Clamp((int)(TurnMs / fastest), 1, maxRuns);
        for (var i = 0; i < WarmUps; i++) plain.Run(inputs);
        var (without, with) = (new List<double>(), new List<double>());
        var clock = Stopwatch.StartNew();
        while (with.Count < maxRuns && (with.Count < LatencyMeter.MinRuns || clock.Elapsed < budget))
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < turn; i++) without.Add(Time(plain, inputs));
            for (var i = 0; i < turn; i++) with.Add(Time(profiled, inputs));
        }
        return (without, with);
    }

    private static double Time(OrtModel model, ImmutableArray<Tensor> inputs)
    {
        var start = Stopwatch.GetTimestamp();
        model.Run(inputs);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The model with its nodes named by their positions: names of a model need not be there, nor be different.</summary>
    private static Model Named(Model model) =>
        model with { Graph = model.Graph with { Nodes = [.. model.Graph.Nodes.Select((n, i) => Named(n, string.Create(CultureInfo.InvariantCulture, $"{Token}{i}.")))] } };

    private static Node Named(Node node, string name) => node with
    {
        Name = name,
        Attributes = [.. node.Attributes.Select(a => a.Value switch
        {
            Graph graph => a with { Value = Inner(graph) },
            ImmutableArray<Graph> graphs => a with { Value = graphs.Select(Inner).ToImmutableArray() },
            _ => a,
        })],
    };

    private static Graph Inner(Graph graph) => graph with { Nodes = [.. graph.Nodes.Select(n => Named(n, InnerToken))] };

    /// <summary>
    /// Gives each kernel to the node whose name stands in its own. A layout change names a kernel after the value it makes: then it is the
    /// one node of the kernel's operator that leads to this value past nodes without a kernel, else the value's own maker. A kernel
    /// that names neither stays by itself. Times are means over the middle half of the runs by length: unlike medians they
    /// add up, and a run that something disturbed does not touch them.
    /// </summary>
    /// <param name="model">The model, its nodes not renamed.</param>
    /// <param name="kernels">Times by run.</param>
    /// <param name="costMs">What the profiler added to each.</param>
    internal static TimeProfile Assign(Model model, IReadOnlyList<KernelTimes> kernels, double costMs)
    {
        var owners = new KernelOwners(model, kernels);
        var totals = Totals(kernels);
        int[] runs = [.. MiddleHalf(Enumerable.Range(0, totals.Length).OrderBy(r => totals[r]))];
        var times = kernels.Select(k => new NodeTime(owners.IndexOf(k), k.Name, k.Op, Math.Max(0, runs.Average(r => k.Microseconds[r]) / 1000 - costMs))).ToList();
        return new TimeProfile
        {
            Nodes = [.. times.Where(t => t.Index >= 0).GroupBy(t => t.Index).OrderBy(g => g.Key).Select(g => g.MaxBy(t => t.Ms)! with { Ms = g.Sum(t => t.Ms) })],
            Added = [.. times.Where(t => t.Index < 0)],
            Whole = new Latency(0, 0, 0),
            Examples = 1,
            Runs = totals.Length,
        };
    }

    /// <summary>Milliseconds of all kernels by run.</summary>
    private static double[] Totals(IReadOnlyList<KernelTimes> kernels) =>
        kernels.Count == 0 ? [] : [.. Enumerable.Range(0, kernels[0].Microseconds.Count).Select(r => kernels.Sum(k => k.Microseconds[r]) / 1000)];

    private static IEnumerable<T> MiddleHalf<T>(IEnumerable<T> sorted)
    {
        T[] all = [.. sorted];
        return all[(all.Length / 4)..(all.Length - all.Length / 4)];
    }

    private static double MiddleMean(IEnumerable<double> values) => MiddleHalf(values.Order()).Average();
}
