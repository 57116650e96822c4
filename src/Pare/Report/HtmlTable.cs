using System.Globalization;
using System.Text;

namespace Pare.Report;

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it says.</param>
internal readonly record struct Cell(string Text)
{
    /// <summary>Length of the bar under the text, 0 to 1; null for none.</summary>
    public double? Bar { get; init; }

    /// <summary>Strength of the colour behind the text, 0 to 1; null for none.</summary>
    public double? Heat { get; init; }

    /// <summary>Whether the text may take several lines.</summary>
    public bool IsProse { get; init; }

    /// <summary>More, shown on pointing; null for none.</summary>
    public string? Hint { get; init; }

    public static implicit operator Cell(string text) => new(text);

    /// <summary>The texts as cells.</summary>
    public static IReadOnlyList<Cell> Of(IEnumerable<string> texts) => [.. texts.Select(t => new Cell(t))];
}

/// <summary>A table with named rows: the first column to the left, figures to the right, rows sorted by a click on a heading.</summary>
/// <param name="Caption">What the table says, in a sentence.</param>
internal sealed record HtmlTable(string Caption, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<Cell>> Rows)
{
    /// <summary>A row that stays last; null for none.</summary>
    public IReadOnlyList<Cell>? Total { get; init; }

    /// <summary>Whether the order of the rows is the reader's to choose.</summary>
    public bool Sortable { get; init; } = true;

    /// <param name="label">Name of the region, for those who cannot see that it scrolls.</param>
    public string Render(string label)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{HtmlPage.Text(label)}\">\n<table{(Sortable ? " data-sort" : "")}>\n");
        html.Append(CultureInfo.InvariantCulture, $"<caption><span>{HtmlPage.Text(Caption)}</span></caption>\n<thead><tr>");
        foreach (var header in Headers)
            html.Append(header.Length == 0 ? "<td></td>" : $"<th scope=\"col\">{HtmlPage.Text(header)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in Rows) Append(html, row);
        html.Append("</tbody>\n");
        if (Total is { } total)
        {
            html.Append("<tfoot>\n");
            Append(html, total);
            html.Append("</tfoot>\n");
        }
        return html.Append("</table></div>\n").ToString();
    }

    private static void Append(StringBuilder html, IReadOnlyList<Cell> row)
    {
        html.Append("<tr>");
        for (var i = 0; i < row.Count; i++)
        {
            var tag = i == 0 ? "th" : "td";
            html.Append('<').Append(tag);
            if (i == 0) html.Append(" scope=\"row\"");
            if (row[i].IsProse) html.Append(" class=\"text\"");
            if (row[i].Bar is { } bar) html.Append(CultureInfo.InvariantCulture, $" class=\"bar\" style=\"--v:{Share(bar)}\"");
            if (row[i].Heat is { } heat) html.Append(CultureInfo.InvariantCulture, $" class=\"heat\" style=\"--v:{Share(heat)}\"");
            if (row[i].Hint is { } hint) html.Append(CultureInfo.InvariantCulture, $" title=\"{HtmlPage.Text(hint)}\"");
            html.Append('>').Append(HtmlPage.Text(row[i].Text)).Append("</").Append(tag).Append('>');
        }
        html.Append("</tr>\n");
    }

    private static string Share(double share) => Math.Clamp(double.IsFinite(share) ? share : 0, 0, 1).ToString("0.###", CultureInfo.InvariantCulture);
}
