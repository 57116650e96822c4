using Spectre.Console;
using Spectre.Console.Rendering;

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

    /// <summary>Writes a table with no figure broken: on a terminal that is too narrow the lines go without, and then run over its edge.</summary>
    public static void WriteTable(this IAnsiConsole console, Table table)
    {
        var whole = new Whole(table);
        if (whole.Measure(RenderOptions.Create(console), console.Profile.Width).Max > console.Profile.Width) table.Border = TableBorder.None;
        console.Write(whole);
    }

    // As wide as it comes out, whatever the width of the console.
    private sealed class Whole(IRenderable table) : IRenderable
    {
        private const int Wide = 10_000;

        public Measurement Measure(RenderOptions options, int maxWidth) => table.Measure(options, Wide);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => table.Render(options, Wide);
    }

    /// <summary>A last row that stands out.</summary>
    public static void AddTotal(this Table table, IReadOnlyList<string> cells)
    {
        table.AddEmptyRow();
        table.AddRow(cells.Select(c => new Text(c, new Style(decoration: Decoration.Bold))));
    }
}
