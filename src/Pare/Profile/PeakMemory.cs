using Pare.Onnx;

namespace Pare.Profile;

/// <summary>
/// The most bytes that values between operators take at one time. A value is alive from the node that makes it to its last use, the
/// graph's outputs to the end; a node's inputs and outputs are alive together. Constants do not count.
/// </summary>
internal static class PeakMemory
{
    /// <summary>The peak in the graph's own order, and in the best order found; null where a size is unknown.</summary>
    /// <remarks>
    /// The graph is cut wherever one value alone is alive and no output has been made: what comes after it needs it, and what made it comes before, so each part is
    /// ordered by itself and the largest of their peaks is the graph's. Small parts are solved exactly, others by a greedy
    /// schedule (<see cref="PartOrder"/>); a part's work is bounded, so the whole grows with the number of nodes.
    /// </remarks>
    /// <param name="graph">The main graph.</param>
    /// <param name="isConstant">True for values that do not depend on the input.</param>
    /// <param name="sizeBytes">Size of a value; null where unknown.</param>
    public static (long InGraphOrder, long InBestOrder)? Of(Graph graph, Func<string, bool> isConstant, Func<string, long?> sizeBytes)
    {
        if (ValueLives.Of(graph, isConstant, sizeBytes) is not { } lives) return null;
        long own = lives.InputBytes, best = lives.InputBytes;
        var (start, before) = (0, lives.InputBytes);
        foreach (var (end, after) in Parts(lives))
        {
            var part = new PartOrder(lives, start, end, before);
            own = Math.Max(own, part.OwnPeak);
            best = Math.Max(best, part.BestPeak());
            (start, before) = (end, after);
        }
        return (own, best);
    }

    /// <summary>Where each part ends, and the bytes alive there.</summary>
    private static IEnumerable<(int End, long Alive)> Parts(ValueLives lives)
    {
        var alive = lives.InputBytes;
        var waiting = lives.Inputs.Count(v => lives.Users(v).Count > 0);
        var keeps = lives.Inputs.Any(lives.IsKept);
        for (var node = 0; node < lives.Nodes; node++)
        {
            alive += lives.MadeBytes(node);
            keeps |= lives.Made(node).Any(lives.IsKept);
            waiting += lives.Made(node).Count(v => lives.Users(v).Count > 0);
            foreach (var value in lives.Made(node).Where(v => lives.Users(v).Count == 0 && !lives.IsKept(v))) alive -= lives.Size(value);
            foreach (var value in lives.Used(node).Where(v => lives.Users(v)[^1] == node))
            {
                waiting--;
                if (!lives.IsKept(value)) alive -= lives.Size(value);
            }
            if ((waiting == 1 && !keeps) || node == lives.Nodes - 1) yield return (node + 1, alive);
        }
    }
}
