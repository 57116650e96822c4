using System.Globalization;
using System.Text;

namespace Pare.Report;

/// <summary>Charts as inline SVG. Colours come from the page's classes.</summary>
internal static class Charts
{
    private const int Width = 720, LabelWidth = 150, FigureWidth = 190;

    /// <summary>Two bars a layer, float32 bytes above packed bytes, on one linear scale.</summary>
    public static string LayerBars(IReadOnlyList<LayerReport> layers)
    {
        double largest = Math.Max(1, layers.Max(l => Math.Max(4 * l.Weights, l.PackedBytes)));
        return Bars("bytes of each layer before and after", [.. layers.Select(l => new Bar(
            l.Name, $"{Format.Bytes(4 * l.Weights)} to {Format.Bytes(l.PackedBytes)}, {Format.Ratio(l.Ratio)}", 4 * l.Weights / largest, l.PackedBytes / largest))]);
    }

    /// <summary>Two bars a layer: its stored bytes above its time, each on a linear scale of its own.</summary>
    public static string CostBars(IReadOnlyList<LayerCost> layers)
    {
        double bytes = Math.Max(1, layers.Max(l => l.Bytes)), time = layers.Max(l => l.Ms ?? 0);
        return Bars("bytes and time of each layer", [.. layers.Select(l => new Bar(
            l.Name, l.Ms is { } ms ? $"{Format.Bytes(l.Bytes)}, {Format.Milliseconds(ms)}" : Format.Bytes(l.Bytes), l.Bytes / bytes, l.Ms is { } own && time > 0 ? own / time : null))]);
    }

    /// <summary>Two bars with a name to the left and figures to the right; lengths are shares of the longest, 0 to 1, and the lower bar may be missing.</summary>
    private readonly record struct Bar(string Name, string Figures, double Upper, double? Lower);

    private static string Bars(string title, IReadOnlyList<Bar> bars)
    {
        const int row = 34, height = 11;
        var svg = Open(bars.Count * row, title);
        for (var i = 0; i < bars.Count; i++)
        {
            var (bar, top) = (bars[i], i * row);
            Rectangle(svg, "before", top + 4, height, bar.Upper);
            if (bar.Lower is { } lower) Rectangle(svg, "after", top + 4 + height, height, lower);
            Label(svg, 0, top + 19, Shorten(bar.Name, 22));
            Label(svg, Width, top + 19, bar.Figures, "end", "soft");
        }
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The metric after each step that measured it.</summary>
    public static string StepCurve(IReadOnlyList<StepReport> steps)
    {
        const int height = 200, top = 24, bottom = 36, side = 60;
        var measured = steps.Where(s => s.Value is not null).ToList();
        var (low, high) = (measured.Min(s => s.Value!.Value), measured.Max(s => s.Value!.Value));
        // A flat curve lies in the middle.
        if (high - low < 1e-9) (low, high) = (low - 0.005, high + 0.005);
        double X(int i) => side + (Width - 2.0 * side) * i / (measured.Count - 1);
        double Y(double value) => top + (height - top - bottom) * (high - value) / (high - low);

        var svg = Open(height, "the metric after each step");
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"0\" x2=\"{Width}\" y1=\"{height - bottom + 8}\" y2=\"{height - bottom + 8}\"/>\n");
        svg.Append("<polyline class=\"curve\" points=\"")
            .AppendJoin(' ', measured.Select((s, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#},{Y(s.Value!.Value):0.#}"))).Append("\"/>\n");
        // Names and figures of neighbours must not overlap.
        var every = (measured.Count + 7) / 8;
        for (var i = 0; i < measured.Count; i++)
        {
            var y = Y(measured[i].Value!.Value);
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"after\" cx=\"{X(i):0.#}\" cy=\"{y:0.#}\" r=\"4\"/>\n");
            if (i % every != 0 && i != measured.Count - 1) continue;
            Label(svg, X(i), y - 9, Format.Percent(measured[i].Value!.Value), "middle");
            Label(svg, X(i), height - 8, Shorten(measured[i].Name, 14), "middle", "soft");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static StringBuilder Open(int height, string title) => new StringBuilder().Append(CultureInfo.InvariantCulture,
        $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{HtmlPage.Text(title)}\">\n");

    private static void Rectangle(StringBuilder svg, string kind, int y, int height, double share)
    {
        // Never thinner than a line, so that a small layer is still seen.
        var width = Math.Max(1, (Width - LabelWidth - FigureWidth) * share);
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{kind}\" x=\"{LabelWidth}\" y=\"{y}\" width=\"{width:0.#}\" height=\"{height}\"/>\n");
    }

    private static void Label(StringBuilder svg, double x, double y, string text, string anchor = "start", string kind = "") => svg.Append(CultureInfo.InvariantCulture,
        $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" class=\"{kind}\">{HtmlPage.Text(text)}</text>\n");

    private static string Shorten(string text, int length) => text.Length <= length ? text : "..." + text[^(length - 3)..];
}
