using System.Text.Json.Nodes;
using Pare.Ort;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary>A cascade's scores as a table and as JSON.</summary>
internal static class CascadeTable
{
    public static void Render(IAnsiConsole console, CascadeScore score)
    {
        var table = Tables.New(console, ["", "NME (eyes)", "NME (box)", "area to 8 %", "failures over 8 %"]);
        foreach (var (name, level) in new[] { ("level 1 alone", score.Rough), ("cascade", score.Fine) })
        {
            IReadOnlyList<string> cells =
            [
                name, Format.Percent(level.Nme), Format.Percent(level.NmeByBox),
                Format.Percent(level.Curve.Area(LandmarkScore.FailureBound)), Format.Percent(level.Curve.FailureRate(LandmarkScore.FailureBound)),
            ];
            table.AddRow(cells.Select(Tables.Cell));
        }
        console.WriteTable(table);
    }

    public static JsonObject ToJson(CascadeScore score) => new()
    {
        ["metric"] = "nme", ["value"] = score.Fine.Nme, ["count"] = score.Fine.ByEyes.Count, ["level1"] = ToJson(score.Rough), ["cascade"] = ToJson(score.Fine),
    };

    private static JsonObject ToJson(LandmarkScore score) => new()
    {
        ["nme"] = score.Nme,
        ["nmeByBox"] = score.NmeByBox,
        ["areaTo8"] = score.Curve.Area(LandmarkScore.FailureBound),
        ["failuresOver8"] = score.Curve.FailureRate(LandmarkScore.FailureBound),
        ["curve"] = new JsonArray([.. score.Curve.Points(0.2, 40).Select(p => new JsonArray(p.Bound, p.Share))]),
    };
}
