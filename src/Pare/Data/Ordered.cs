using System.Runtime.ExceptionServices;

namespace Pare.Data;

/// <summary>Loops over several threads whose outcome does not depend on their timing.</summary>
internal static class Ordered
{
    /// <summary>Runs the body for 0 to count - 1. Of several failures the one of the lowest index is thrown.</summary>
    public static void For(int count, int threads, Action<int> body)
    {
        var gate = new Lock();
        (int Index, Exception Error)? first = null;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, (i, loop) =>
        {
            try
            {
                body(i);
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    if (first is null || i < first.Value.Index) first = (i, e);
                }
                // Break, unlike Stop, still runs every lower index.
                loop.Break();
            }
        });
        if (first is { } failure) ExceptionDispatchInfo.Throw(failure.Error);
    }
}
