namespace Pare.Report;

/// <summary>Every network the search tried, accuracy against size.</summary>
internal static class SearchChart
{
    /// <summary>The chart and its key; null where fewer than two networks were tried.</summary>
    public static string? Draw(RunReport report)
    {
        var tried = report.Steps.Select((s, i) => (Step: s, Number: i + 1)).Where(t => t.Step is { Value: not null, EstimatedBytes: > 0 }).ToList();
        if (tried.Count < 2) return null;
        var sign = report.Metric.HigherIsBetter ? -1 : 1;
        var limited = report.Reference is { } reference ? (reference + sign * report.Contract.Aim / 100, report.Contract.MaxDrop is null ? "aim" : "promise") : ((double, string)?)null;
        return new ScatterChart
        {
            Title = $"{report.Metric.Name} on validation data against size, {tried.Count} networks tried, {tried.Count(t => t.Step.Accepted == false)} refused; the steps' table has the figures",
            Across = "weights once packed, estimated", Label = x => Format.Bytes((long)x), Limit = limited,
            Points = [.. tried.Select(t => new ScatterPoint($"{t.Number}", t.Step.EstimatedBytes!.Value, t.Step.Value!.Value)
            {
                Kind = t.Step.Accepted == false ? "out" : t.Step.Kept == 1 ? "was" : "",
                Hint = $"{t.Number} {t.Step.Name}: {Format.Percent(t.Step.Value.Value)}, {Format.Bytes(t.Step.EstimatedBytes.Value)}{(t.Step.Kept is { } kept ? $", {Format.Percent(kept)} of the weights" : "")}",
            })],
        }.Draw() + Key(limited?.Item2);
    }

    private static string Key(string? limit) => $"""
        <ul class="key">
        <li><svg aria-hidden="true"><circle class="dot" cx="12" cy="6" r="5"/></svg>went on with</li>
        <li><svg aria-hidden="true"><circle class="dot out" cx="12" cy="6" r="5"/></svg>gave up</li>
        <li><svg aria-hidden="true"><circle class="dot was" cx="12" cy="6" r="5"/></svg>before anything went</li>
        {(limit is null ? "" : $"<li><svg aria-hidden=\"true\"><line class=\"limit\" x1=\"0\" x2=\"24\" y1=\"6\" y2=\"6\"/></svg>the {limit}</li>")}
        </ul>
        """;
}
