using System.Globalization;
using Pare.Profile;

namespace Pare.Report;

/// <summary>What each layer alone costs under each method, as a table coloured by loss.</summary>
internal static class SensitivityTable
{
    private static readonly string[] Methods = ["sparsity", "bits", "rank", "channels"];

    /// <param name="points">At least one.</param>
    public static HtmlTable Of(IReadOnlyList<SensitivityPoint> points)
    {
        // The mildest setting of a method comes first.
        var columns = points.Select(p => (p.Method, p.Setting)).Distinct()
            .OrderBy(c => Array.IndexOf(Methods, c.Method) is >= 0 and var known ? known : Methods.Length).ThenBy(c => c.Method, StringComparer.Ordinal)
            .ThenBy(c => c.Method == "sparsity" ? c.Setting : -c.Setting).ToList();
        var byCell = points.GroupBy(p => (p.Layer, p.Method, p.Setting)).ToDictionary(g => g.Key, g => g.First());
        var worst = points.Max(p => p.Drop);
        return new HtmlTable(
            "Points lost where this layer alone is changed; the stronger the colour, the more. Percent are of zeros, of multiply-adds kept (rank) or of channels kept. Pointing at one shows what the whole network would cost.",
            ["layer", .. columns.Select(c => Name(c.Method, c.Setting))],
            [.. points.Select(p => p.Layer).Distinct().Select(layer => (IReadOnlyList<Cell>)[layer, .. columns.Select(c => byCell.TryGetValue((layer, c.Method, c.Setting), out var point) ? Of(point, worst) : "-")])]);
    }

    // A root, as one layer that ruins everything would make all others look alike.
    private static Cell Of(SensitivityPoint point, double worst) => new(Format.Points(point.Drop))
    {
        Heat = worst > 0 ? Math.Sqrt(Math.Max(0, point.Drop) / worst) : 0,
        Hint = $"{Format.Bytes(point.Bytes)}, {Format.Short(point.Macs)} MACs",
    };

    private static string Name(string method, double setting) => method switch
    {
        "sparsity" => $"{Format.Percent(setting)} zeros",
        "bits" => string.Create(CultureInfo.InvariantCulture, $"{setting:0.##} bits"),
        "rank" => $"rank, {Format.Percent(setting)}",
        "channels" => $"{Format.Percent(setting)} channels",
        _ => string.Create(CultureInfo.InvariantCulture, $"{method} {setting:0.##}"),
    };
}
