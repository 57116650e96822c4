using System.Collections.Immutable;

namespace Pare.Prune;

/// <summary>
/// How sparsity grows while training goes on: cycles of equal length, each rising from the last one's target to its own,
/// steeply at first, over its first part and constant over the rest
/// (Zhu and Gupta, "To prune, or not to prune", 2017, equation 1).
/// </summary>
public sealed record Schedule
{
    /// <summary>Sparsity at the end of each cycle, each from 0 to below 1.</summary>
    public required ImmutableArray<double> Targets { get; init; }

    /// <summary>Sparsity before the first cycle.</summary>
    public double Start { get; init; }

    /// <summary>Share of a cycle in which sparsity rises; from 0 (at once) to 1. The rest of the cycle trains what is left.</summary>
    public double Ramp { get; init; } = 0.6;

    /// <summary>Sparsity at a point of the whole training, 0 its start and 1 its end.</summary>
    public double At(double progress)
    {
        Validate();
        if (!(progress is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(progress), progress, "0 to 1 is allowed");
        var cycle = Math.Min((int)(progress * Targets.Length), Targets.Length - 1);
        return At(cycle, progress * Targets.Length - cycle);
    }

    /// <summary>Sparsity at a point of one cycle, 0 its start and 1 its end.</summary>
    public double At(int cycle, double progress)
    {
        Validate();
        var (from, to) = (cycle == 0 ? Start : Targets[cycle - 1], Targets[cycle]);
        return progress >= Ramp ? to : Cubic(from, to, progress / Ramp);
    }

    /// <summary>end + (start − end)·(1 − t)³, t from 0 to 1.</summary>
    public static double Cubic(double start, double end, double t) => end + (start - end) * Math.Pow(1 - t, 3);

    /// <exception cref="BadInputException">A value is out of its range.</exception>
    private void Validate()
    {
        if (Targets.IsDefaultOrEmpty) throw new BadInputException("the pruning schedule has no cycles, one or more are allowed");
        PruneOptions.CheckSparsity(Start, "the schedule's first sparsity");
        foreach (var target in Targets) PruneOptions.CheckSparsity(target, "sparsity");
        if (!(Ramp is >= 0 and <= 1)) throw new BadInputException($"ramp is {Ramp}, 0 to 1 is allowed");
    }
}
