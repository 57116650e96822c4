using Pare.Coding.Modelled;

namespace Pare.Coding.Container;

/// <summary>
/// Which runs share the text's modelled stream. Small ones do, so that none pays for a stream of its own; the total is bounded, so that
/// reading one of them stays quick.
/// </summary>
internal static class SharedRuns
{
    private const int MaxRun = 1 << 20;
    private const int MaxTotal = 1 << 21;

    /// <summary>In a file with more bytes of elements than this the bounds are lower: its size is elsewhere, and it should open as fast as it is large.</summary>
    private const long Large = 1 << 25;
    private const int MaxRunOfLarge = 1 << 14;
    private const int MaxTotalOfLarge = 1 << 18;

    /// <summary>A codebook has 2 to 256 floats.</summary>
    private const int MaxCodebook = 256;

    /// <summary>The runs' indices in the order in which they are coded: possible codebooks first.</summary>
    public static int[] Of(IReadOnlyList<Payload> runs)
    {
        var isLarge = runs.Sum(r => (long)r.Length) > Large;
        var (maxRun, maxTotal) = isLarge ? (MaxRunOfLarge, MaxTotalOfLarge) : (MaxRun, MaxTotal);
        var total = 0;
        var shared = new List<int>();
        for (var i = 0; i < runs.Count; i++)
        {
            if (runs[i].Length > maxRun || total + runs[i].Length > maxTotal) continue;
            total += runs[i].Length;
            shared.Add(i);
        }
        return [.. shared.Where(i => IsCodebook(runs[i])), .. shared.Where(i => !IsCodebook(runs[i]))];
    }

    /// <summary>True where a run outside the shared stream may be modelled, by the elements modelled so far: decoding must stay quick.</summary>
    public static bool MayModel(IReadOnlyList<Payload> runs, Payload run, long modelled) =>
        runs.Sum(r => (long)r.Length) <= Large && modelled + run.Count <= TensorModel.MaxCount;

    public static bool IsCodebook(Payload run) => run.IsFloat && run.Count is >= 2 and <= MaxCodebook;
}
