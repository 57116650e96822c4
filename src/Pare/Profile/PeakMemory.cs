using Pare.Onnx;

namespace Pare.Profile;

/// <summary>Memory for the values between operators.</summary>
internal static class PeakMemory
{
    /// <summary>
    /// The most bytes that values take at one time when nodes run in the graph's order and a value goes with its last use; constants do
    /// not count. Null where a size is unknown.
    /// </summary>
    /// <param name="graph">The main graph.</param>
    /// <param name="isConstant">True for values that do not depend on the input.</param>
    /// <param name="sizeBytes">Size of a value; null where unknown.</param>
    public static long? Of(Graph graph, Func<string, bool> isConstant, Func<string, long?> sizeBytes)
    {
        var lastUse = new Dictionary<string, int>();
        for (var i = 0; i < graph.Nodes.Length; i++)
            foreach (var input in Used(graph.Nodes[i])) lastUse[input] = i;
        foreach (var output in graph.Outputs) lastUse[output.Name] = int.MaxValue;

        var alive = graph.FreeInputs.Sum(i => sizeBytes(i.Name));
        if (graph.FreeInputs.Any(i => sizeBytes(i.Name) is null)) return null;
        var peak = alive;
        for (var i = 0; i < graph.Nodes.Length; i++)
        {
            var made = graph.Nodes[i].Outputs.Where(o => o.Length > 0 && !isConstant(o)).ToList();
            foreach (var output in made)
            {
                if (sizeBytes(output) is not { } bytes) return null;
                alive += bytes;
            }
            if (alive > peak) peak = alive;
            foreach (var value in Used(graph.Nodes[i]).Concat(made.Where(o => !lastUse.ContainsKey(o))).Distinct())
                if (!isConstant(value) && lastUse.GetValueOrDefault(value, i) == i) alive -= sizeBytes(value);
        }
        return peak;
    }

    private static IEnumerable<string> Used(Node node) => node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.OuterNames())).Where(n => n.Length > 0);
}
