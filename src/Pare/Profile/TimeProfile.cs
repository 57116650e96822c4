using System.Collections.Immutable;

namespace Pare.Profile;

/// <summary>Where the time of a prediction goes, as the runtime measured it.</summary>
public sealed record TimeProfile
{
    /// <summary>Time by node of the graph, in the graph's order. What a node was fused into counts with the node it is named after.</summary>
    public required ImmutableArray<NodeTime> Nodes { get; init; }

    /// <summary>Time of what the runtime put in itself, such as changes of layout, under its own names.</summary>
    public required ImmutableArray<NodeTime> Added { get; init; }

    /// <summary>The whole prediction, timed without a profiler.</summary>
    public required Latency Whole { get; init; }

    /// <summary>Examples in one run.</summary>
    public required int Examples { get; init; }

    /// <summary>Runs behind each node's time.</summary>
    public required int Runs { get; init; }

    /// <summary>All nodes' times together; the rest of <see cref="Whole"/> is what a run costs besides its nodes.</summary>
    public double SumMs => Nodes.Concat(Added).Sum(n => n.Ms);

    /// <summary>A node's share of all nodes' times, 0 to 1.</summary>
    public double Share(NodeTime node) => SumMs > 0 ? node.Ms / SumMs : 0;
}

/// <summary>What one operator takes.</summary>
/// <param name="Index">Position of the node in the graph; -1 for what the runtime put in itself.</param>
/// <param name="Name">The name in the runtime's profile.</param>
/// <param name="Op">The operator that ran, which a fusion may have changed.</param>
/// <param name="Ms">Milliseconds a run.</param>
public sealed record NodeTime(int Index, string Name, string Op, double Ms);
