using System.Globalization;
using System.Text;

namespace Pare.Report;

/// <summary>Points with names over a logarithmic axis, as inline SVG.</summary>
internal static class ScatterChart
{
    private const int Width = 720, Height = 320, Left = 60, Right = 130, Top = 16, Bottom = 40;

    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="across">Name of the horizontal axis.</param>
    /// <param name="points">Name, place on the horizontal axis (above 0), value and its deviation.</param>
    /// <param name="label">How a place on the horizontal axis is written.</param>
    public static string Draw(string title, string across, IReadOnlyList<(string Name, double X, double Y, double Deviation)> points, Func<double, string> label)
    {
        var (low, high) = (points.Min(p => p.Y - p.Deviation), points.Max(p => p.Y + p.Deviation));
        var margin = Math.Max(0.005, 0.06 * (high - low));
        (low, high) = (low - margin, high + margin);
        var (first, last) = (Math.Log(points.Min(p => p.X)), Math.Log(points.Max(p => p.X)));
        if (last - first < 0.1) (first, last) = (first - 0.1, last + 0.1);
        double X(double x) => Left + (Width - Left - Right) * (Math.Log(x) - first) / (last - first);
        double Y(double y) => Top + (Height - Top - Bottom) * (high - y) / (high - low);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Text(title)}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>\n");
        foreach (var y in (double[])[low + margin, (low + high) / 2, high - margin]) Text(0, Y(y) + 4, Format.Percent(y), "soft");
        foreach (var x in (double[])[Math.Exp(first), Math.Exp((first + last) / 2), Math.Exp(last)]) Text(X(x), Height - 20, label(x), "soft", "middle");
        Text(Left + (Width - Left - Right) / 2.0, Height - 4, across, "soft", "middle");
        // Names of neighbours must not overlap: each goes beside its point, or below the one before.
        var taken = new List<(double X, double Y)>();
        foreach (var point in points.OrderByDescending(p => p.Y))
        {
            var (x, y) = (X(point.X), Y(point.Y));
            if (point.Deviation > 0)
                svg.Append(CultureInfo.InvariantCulture, $"<line class=\"curve\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Y(point.Y - point.Deviation):0.#}\" y2=\"{Y(point.Y + point.Deviation):0.#}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"after\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\"/>\n");
            var at = y + 4;
            while (taken.Exists(t => Math.Abs(t.X - x) < Right && Math.Abs(t.Y - at) < 12)) at += 3;
            taken.Add((x, at));
            Text(x + 8, at, point.Name);
        }
        return svg.Append("</svg>\n").ToString();

        void Text(double x, double y, string text, string kind = "", string anchor = "start") => svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" class=\"{kind}\">{HtmlPage.Text(text)}</text>\n");
    }
}
