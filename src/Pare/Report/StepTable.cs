using System.Globalization;

namespace Pare.Report;

/// <summary>What the run did, step by step, as a table.</summary>
internal static class StepTable
{
    public static HtmlTable Of(RunReport report) => new(
        $"In the order they were made; {report.Metric.Name} and points lost on validation data{(report.Contract.MaxDrop is null ? "" : ", these at the upper end of their 95 % interval")}; bytes of candidates are estimated, those of the last step are the packed file's.",
        ["step", "#", report.Metric.Name, "points lost", "kept", "bytes", "seconds", "went on", "options"],
        [.. report.Steps.Select((s, i) => Row(s, i + 1, report.Steps.Max(o => o.Seconds)))])
    { Total = ["all", "", "", "", "", "", Seconds(report.Steps.Sum(s => s.Seconds)), "", ""] };

    private static IReadOnlyList<Cell> Row(StepReport step, int number, double longest) =>
    [
        step.Name,
        number.ToString(CultureInfo.InvariantCulture),
        step.Value is { } value ? Format.Percent(value) : "-",
        step.Drop is { } drop ? Format.Points(drop) : "-",
        step.Kept is { } kept ? Format.Percent(kept) : "-",
        (step.PackedBytes ?? step.EstimatedBytes) is { } bytes ? Format.Count(bytes) : "-",
        new Cell(Seconds(step.Seconds)) { Bar = longest > 0 ? step.Seconds / longest : 0 },
        step.Accepted switch { true => "yes", false => "no", null => "-" },
        new Cell(string.Join(", ", step.Options.Select(o => $"{o.Key} {o.Value?.ToString() ?? "null"}"))) { IsProse = true },
    ];

    private static string Seconds(double seconds) => seconds.ToString(seconds < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
