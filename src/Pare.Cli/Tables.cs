using Spectre.Console;

namespace Pare.Cli;

/// <summary>Tables: lines and colour on a terminal, aligned plain columns elsewhere.</summary>
internal static class Tables
{
    /// <summary>A table whose first column is text to the left and whose others are figures to the right.</summary>
    public static Table New(IAnsiConsole console, IReadOnlyList<string> headers)
    {
        var table = new Table { Border = console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Minimal };
        if (!console.Profile.Capabilities.Ansi) table.Border = TableBorder.None;
        for (var i = 0; i < headers.Count; i++)
        {
            var column = new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold))) { NoWrap = true };
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }
        return table;
    }

    public static Text Cell(string text) => new(text);

    /// <summary>A last row that stands out.</summary>
    public static void AddTotal(this Table table, IReadOnlyList<string> cells)
    {
        table.AddEmptyRow();
        table.AddRow(cells.Select(c => new Text(c, new Style(decoration: Decoration.Bold))));
    }
}
