using System.Globalization;
using System.Net;
using System.Text;

namespace Pare.Report;

/// <summary>A report as one HTML page that needs nothing else: no script, no request, light and dark, wide and narrow.</summary>
public static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1c2330; --soft: #5d6678; --line: #dfe3ea; --page: #fff; --card: #f6f7f9; --before: #b9c2d0; --after: #0b7285; --good: #1b7a3d; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b5; --line: #2d3442; --page: #12151b; --card: #1a1f28; --before: #465063; --after: #3bc9db; --good: #69db8c; --bad: #ff8a80; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 68rem; padding: 2rem 1rem 4rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
        p { margin: .4rem 0; } .soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
        .figure { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; } .figure b { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
        th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; } th { font-weight: 600; color: var(--soft); } th:first-child, td:first-child { text-align: left; }
        svg { display: block; width: 100%; min-width: 36rem; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .soft { fill: var(--soft); } .before { fill: var(--before); } .after { fill: var(--after); }
        .curve { fill: none; stroke: var(--after); stroke-width: 2; } .axis { stroke: var(--line); } code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere; }
        """;

    public static string Render(RunReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(report.Model)}: {Format.Ratio(report.Ratio)} smaller</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Text(report.Model)} on {Text(report.Data)}</h1>
            <p class="{(report.Contract.Held ? "good" : "bad")}">{Text(report.Contract.Verdict)}</p>

            """);
        Figures(page, report);
        Table(page, "Both costs", ["", "before", "after", "gain"], ReportTable.Costs(report));
        if (report.Layers.Count > 0)
        {
            Chart(page, "Bytes of each layer, before and after", Charts.LayerBars(report.Layers));
            Table(page, "Layers", ReportTable.LayerHeaders, [.. report.Layers.Select(ReportTable.LayerCells)]);
        }
        if (report.Steps.Count(s => s.Value is not null) > 1)
            Chart(page, $"{report.Metric.Name} on validation data after each step", Charts.StepCurve(report.Steps));
        if (report.Steps.Count > 0)
            Table(page, "Steps", ["step", report.Metric.Name, "packed bytes", "seconds", "options"], [.. report.Steps.Select(StepCells)]);
        Origin(page, report);
        return page.Append("</body>\n</html>\n").ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Figures(StringBuilder page, RunReport report)
    {
        page.Append("<div class=\"figures\">\n");
        if (report.Result.PackedBytes is { } packed)
        {
            Figure(Format.Ratio(report.Ratio), "smaller");
            Figure(Format.Bytes(packed), $"from {Format.Bytes(report.Baseline.WeightBytes)}");
        }
        if (report.Result.Value is { } value)
            Figure(Format.Percent(value), report.Baseline.Value is { } was ? $"{report.Metric.Name}, from {Format.Percent(was)}" : report.Metric.Name);
        if (report.Speedup > 0) Figure(Format.Ratio(report.Speedup), $"speed, {Format.Milliseconds(report.Result.LatencyMs!.Median)} a prediction");
        page.Append("</div>\n");

        void Figure(string figure, string caption) =>
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"figure\"><b>{Text(figure)}</b><span class=\"soft\">{Text(caption)}</span></div>\n");
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
        foreach (var header in headers) page.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Text(header)}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows) page.Append("<tr>").AppendJoin("", row.Select(c => $"<td>{Text(c)}</td>")).Append("</tr>\n");
        page.Append("</tbody>\n</table></div>\n");
    }

    private static void Chart(StringBuilder page, string title, string svg) =>
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<div class=\"scroll\">\n{svg}</div>\n");

    private static IReadOnlyList<string> StepCells(StepReport step) =>
    [
        step.Name,
        step.Value is { } value ? Format.Percent(value) : "-",
        step.PackedBytes is { } bytes ? Format.Count(bytes) : "-",
        step.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
        string.Join(", ", step.Options.Select(o => $"{o.Key} {o.Value?.ToJsonString() ?? "null"}")),
    ];

    private static void Origin(StringBuilder page, RunReport report)
    {
        var machine = report.Machine;
        page.Append(CultureInfo.InvariantCulture, $"""
            <h2>How to get this again</h2>
            <p><code>{Text(report.Command)}</code></p>
            <p class="soft">Pare {Text(report.Pare)}, seed {report.Seed}. {Text(machine.Processor)}, {machine.Cores} cores, {machine.Threads} threads, {Text(machine.System)}, {Text(machine.Runtime)}.
            The size before is every weight and bias at 4 bytes; the size after is the whole packed file, graph and header included.</p>

            """);
        foreach (var input in report.Inputs)
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(input.Path)}, {Format.Count(input.Bytes)} bytes, SHA-256 <code>{Text(input.Sha256)}</code></p>\n");
    }
}
