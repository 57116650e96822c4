using System.Text;

namespace Pare.Report;

/// <summary>Rows in aligned columns of plain text: the first column to the left, figures to the right.</summary>
public static class TextTable
{
    public static string Render(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = headers.Select((h, i) => rows.Select(r => r[i].Length).Append(h.Length).Max()).ToArray();
        var text = new StringBuilder();
        AppendRow(headers);
        AppendRow([.. widths.Select(w => new string('-', w))]);
        foreach (var row in rows) AppendRow(row);
        return text.ToString();

        void AppendRow(IReadOnlyList<string> cells)
        {
            var line = string.Join("  ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i])));
            text.Append(line.TrimEnd()).Append('\n');
        }
    }
}
