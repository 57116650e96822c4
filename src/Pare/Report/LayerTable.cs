namespace Pare.Report;

/// <summary>Packed layers as a table with bars.</summary>
internal static class LayerTable
{
    public static HtmlTable Of(IReadOnlyList<LayerReport> layers)
    {
        double most = Math.Max(1, layers.Max(l => l.PackedBytes));
        return new HtmlTable(
            "kept is the share of weights that are not zero; bits are those of a kept weight's code and of its position, before and after entropy coding; bytes are those in the packed file.",
            ReportTable.LayerHeaders, [.. layers.Select(Row)]);

        IReadOnlyList<Cell> Row(LayerReport layer) => [.. ReportTable.LayerCells(layer).Select((text, column) => new Cell(text) { Bar = Bar(layer, ReportTable.LayerHeaders[column], column) })];

        double? Bar(LayerReport layer, string header, int column) => header switch
        {
            "kept" => layer.Kept,
            "weight bits" => layer.WeightBits / 32,
            "bytes" => layer.PackedBytes / most,
            _ => null,
        };
    }
}
