using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Pare.Report;

/// <summary>An HTML page that needs nothing else: one file, no request, light and dark, wide and narrow. What it shows is there without its script, which only sorts.</summary>
internal sealed class HtmlPage(string title, string heading)
{
    private static readonly string Style = Resource("page.css"), Script = Resource("page.js");

    // The browser itself holds the promise: nothing is fetched, and no script runs but ours.
    private static readonly string Policy =
        $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}'; img-src data:; base-uri 'none'; form-action 'none'";

    private readonly StringBuilder _head = new(), _sections = new();
    private readonly List<(string Id, string Title)> _contents = [];

    /// <summary>Text from files and users as HTML shows it.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <param name="kind">soft, good, fair or bad.</param>
    public void Paragraph(string kind, string text) => Html($"<p class=\"{kind}\">{Text(text)}</p>");

    /// <summary>HTML as it stands.</summary>
    public void Html(string html) => (_contents.Count == 0 ? _head : _sections).Append(html).Append('\n');

    /// <summary>Begins a part of the page, which the list of contents names.</summary>
    public void Section(string title)
    {
        if (_contents.Count > 0) _sections.Append("</section>\n");
        var id = $"part{_contents.Count + 1}";
        _contents.Add((id, title));
        Html($"<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{Text(title)}</h2>");
    }

    /// <summary>Large figures, each over its caption.</summary>
    public void Figures(IEnumerable<Figure> figures)
    {
        Html("<dl class=\"figures\">");
        foreach (var figure in figures) Html(figure.Render());
        Html("</dl>");
    }

    /// <summary>Short facts, each under its name.</summary>
    public void Facts(IEnumerable<(string Name, string Text)> facts) =>
        Html($"<dl class=\"facts\">{string.Concat(facts.Select(f => $"<div><dt>{Text(f.Name)}</dt><dd>{Text(f.Text)}</dd></div>"))}</dl>");

    public void Table(string title, HtmlTable table)
    {
        Section(title);
        Html(table.Render(title));
    }

    /// <summary>Text to copy, as it stands.</summary>
    public void Code(string label, string code) => Html($"<pre tabindex=\"0\" role=\"region\" aria-label=\"{Text(label)}\"><code>{Text(code)}</code></pre>");

    /// <summary>The command that makes the page's figures, and where they were measured.</summary>
    public void Origin(string command, string soft)
    {
        Section("How to get this again");
        Code("Command", command);
        Paragraph("soft", soft);
    }

    /// <summary>The finished page.</summary>
    public override string ToString() => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {Style}</style>
        </head>
        <body>
        <a class="skip" href="#content">To the content</a>
        <header>
        <p class="mark">pare</p>
        <nav aria-label="Contents">{string.Concat(_contents.Select(c => $"<a href=\"#{c.Id}\">{Text(c.Title)}</a> "))}</nav>
        </header>
        <main id="content" tabindex="-1">
        <h1>{Text(heading)}</h1>
        {_head}{_sections}{(_contents.Count > 0 ? "</section>\n" : "")}</main>
        <script>{Script}</script>
        </body>
        </html>

        """;

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream($"report/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>A large figure over its caption.</summary>
internal sealed record Figure(string Value, string Caption)
{
    /// <summary>What is left of a cost, 0 to 1, drawn under what it was; null draws nothing.</summary>
    public double? Left { get; init; }

    public string Render()
    {
        var bars = Left is { } left
            ? string.Create(CultureInfo.InvariantCulture, $"<span class=\"left\" aria-hidden=\"true\" style=\"--v:{Math.Clamp(left, 0, 1):0.###}\"></span>") : "";
        return $"<div><dt>{HtmlPage.Text(Caption)}</dt><dd>{HtmlPage.Text(Value)}{bars}</dd></div>";
    }
}
