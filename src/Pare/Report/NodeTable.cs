namespace Pare.Report;

/// <summary>The operators that take most time, before and after, as a table with bars on one scale.</summary>
internal static class NodeTable
{
    private const int Shown = 20;

    /// <param name="nodes">At least one, in the network's order.</param>
    public static HtmlTable Of(IReadOnlyList<NodeLatency> nodes)
    {
        var top = nodes.OrderByDescending(Longer).Take(Shown).ToList();
        var others = nodes.Except(top).ToList();
        var longest = Longer(top[0]);
        return new HtmlTable(
            $"Milliseconds on ONNX Runtime with one thread, the longest{(others.Count > 0 ? $" {Shown} of {nodes.Count}" : "")} first. An operator without a time runs as part of another, or is not in that network.",
            ["operator", "kind", "before", "after", "gain"], [.. top.Select(n => (IReadOnlyList<Cell>)[n.Name, n.Op, Time(n.Before), Time(n.After), Gain(n.Before, n.After)])])
        {
            Total = ["all", "", Sum(n => n.Before), Sum(n => n.After), Gain(nodes.Sum(n => n.Before), nodes.Sum(n => n.After))],
        };

        Cell Time(double? ms) => ms is { } time ? new Cell(Format.Milliseconds(time)) { Bar = longest > 0 ? time / longest : 0 } : "-";

        Cell Sum(Func<NodeLatency, double?> time) => Format.Milliseconds(nodes.Sum(time) ?? 0);
    }

    private static double Longer(NodeLatency node) => Math.Max(node.Before ?? 0, node.After ?? 0);

    private static Cell Gain(double? before, double? after) => before is { } slow && after is > 0 and var fast ? Format.Ratio(slow / fast) : "-";
}
