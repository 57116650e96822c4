using System.Globalization;
using System.Net;
using System.Text;

namespace Pare.Report;

/// <summary>An HTML page that needs nothing else: no script, no request, light and dark, wide and narrow.</summary>
internal sealed class HtmlPage
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

    private readonly StringBuilder _page = new();

    public HtmlPage(string title, string heading) => _page.Append(CultureInfo.InvariantCulture, $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <h1>{Text(heading)}</h1>

        """);

    /// <summary>Text from files and users as HTML shows it.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <param name="kind">soft, good or bad.</param>
    public void Paragraph(string kind, string text) => Html($"<p class=\"{kind}\">{Text(text)}</p>");

    /// <summary>A line of HTML as it stands.</summary>
    public void Html(string html) => _page.Append(html).Append('\n');

    /// <summary>Large figures, each over its caption.</summary>
    public void Figures(IEnumerable<(string Figure, string Caption)> figures)
    {
        _page.Append("<div class=\"figures\">\n");
        foreach (var (figure, caption) in figures)
            _page.Append(CultureInfo.InvariantCulture, $"<div class=\"figure\"><b>{Text(figure)}</b><span class=\"soft\">{Text(caption)}</span></div>\n");
        _page.Append("</div>\n");
    }

    public void Table(string title, IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        _page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
        foreach (var header in headers) _page.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Text(header)}</th>");
        _page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows) _page.Append("<tr>").AppendJoin("", row.Select(c => $"<td>{Text(c)}</td>")).Append("</tr>\n");
        _page.Append("</tbody>\n</table></div>\n");
    }

    public void Chart(string title, string svg) =>
        _page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<div class=\"scroll\">\n{svg}</div>\n");

    /// <summary>The command that makes the page's figures, and where they were measured.</summary>
    public void Origin(string command, string soft)
    {
        Html("<h2>How to get this again</h2>");
        Html($"<p><code>{Text(command)}</code></p>");
        Paragraph("soft", soft);
    }

    /// <summary>The finished page.</summary>
    public override string ToString() => _page + "</body>\n</html>\n";
}
