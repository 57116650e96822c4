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
        bool[] words = [.. Headers.Select((_, i) => HasWords(i))];
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{HtmlPage.Text(label)}\">\n<table{(Sortable ? " data-sort" : "")}>\n");
        html.Append(CultureInfo.InvariantCulture, $"<caption><span>{HtmlPage.Text(Caption)}</span></caption>\n<thead><tr>");
        for (var i = 0; i < Headers.Count; i++)
            html.Append(Headers[i].Length == 0 ? "<td></td>" : $"<th scope=\"col\"{(words[i] ? " class=\"text\"" : "")}>{HtmlPage.Text(Headers[i])}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in Rows) html.Append(RowOf(row, words));
        html.Append("</tbody>\n");
        if (Total is { } total) html.Append("<tfoot>\n").Append(RowOf(total, words)).Append("</tfoot>\n");
        return html.Append("</table></div>\n").ToString();
    }

    // Words stand to the left, figures to the right.
    private bool HasWords(int column)
    {
        var filled = Rows.Select(r => r[column]).Where(c => c.Text is not ("" or "-")).ToList();
        return filled.Count > 0 && filled.TrueForAll(c => c.IsProse || char.IsLetter(c.Text[0]));
    }

    private static string RowOf(IReadOnlyList<Cell> row, bool[] words) =>
        $"<tr><th scope=\"row\">{HtmlPage.Text(row[0].Text)}</th>{string.Concat(row.Skip(1).Select((cell, i) => CellOf(cell, words[i + 1])))}</tr>\n";

    private static string CellOf(Cell cell, bool words)
    {
        var (kind, share) = cell switch
        {
            { Bar: { } bar } => ("bar", bar),
            { Heat: { } heat } => ("heat", heat),
            { IsProse: true } => ("prose", 0),
            _ => (words ? "text" : "", 0),
        };
        var style = kind is "bar" or "heat" ? string.Create(CultureInfo.InvariantCulture, $" style=\"--v:{(double.IsFinite(share) ? Math.Clamp(share, 0, 1) : 0):0.###}\"") : "";
        return $"<td{(kind.Length > 0 ? $" class=\"{kind}\"" : "")}{style}{(cell.Hint is { } hint ? $" title=\"{HtmlPage.Text(hint)}\"" : "")}>{HtmlPage.Text(cell.Text)}</td>";
    }
}
