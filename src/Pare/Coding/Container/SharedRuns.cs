namespace Pare.Coding.Container;

/// <summary>
/// Which runs share the text's modelled stream. Small ones do, so that none pays for a stream of its own; the total is bounded, so that
/// reading one of them stays quick.
/// </summary>
internal static class SharedRuns
{
    private const int MaxRun = 1 << 20;
    private const int MaxTotal = 1 << 21;

    /// <summary>A codebook has 2 to 256 floats.</summary>
    private const int MaxCodebook = 256;

    /// <summary>The runs' indices in the order in which they are coded: possible codebooks first.</summary>
    public static int[] Of(IReadOnlyList<Payload> runs)
    {
        var total = 0;
        var shared = new List<int>();
        for (var i = 0; i < runs.Count; i++)
        {
            if (runs[i].Length > MaxRun || total + runs[i].Length > MaxTotal) continue;
            total += runs[i].Length;
            shared.Add(i);
        }
        return [.. shared.Where(i => IsCodebook(runs[i])), .. shared.Where(i => !IsCodebook(runs[i]))];
    }

    public static bool IsCodebook(Payload run) => run.IsFloat && run.Count is >= 2 and <= MaxCodebook;
}
