using System.Globalization;
using System.Text;

namespace Pare.Report;

/// <summary>A point with its name.</summary>
/// <param name="X">Place on the horizontal axis, above 0.</param>
internal sealed record ScatterPoint(string Name, double X, double Y)
{
    /// <summary>Half the length of the line through it; 0 for none.</summary>
    public double Deviation { get; init; }

    /// <summary>The dot's class: none, out (hollow) or was (grey).</summary>
    public string Kind { get; init; } = "";

    /// <summary>Shown on pointing; empty for none.</summary>
    public string Hint { get; init; } = "";
}

/// <summary>Points with names over a logarithmic axis, as inline SVG. It takes the width it gets; places across are percentages, letters keep their size.</summary>
internal sealed record ScatterChart
{
    private const int Height = 320;

    // Where the page is this wide, names do not overlap.
    private const int UsualWidth = 640;

    /// <summary>What is shown, for those who cannot see it.</summary>
    public required string Title { get; init; }

    /// <summary>Name of the horizontal axis.</summary>
    public required string Across { get; init; }
    public required IReadOnlyList<ScatterPoint> Points { get; init; }

    /// <summary>How a place on the horizontal axis is written.</summary>
    public required Func<double, string> Label { get; init; }

    /// <summary>How a place on the vertical axis is written.</summary>
    public Func<double, string> Rise { get; init; } = Format.Percent;

    /// <summary>A level that counts, and its name.</summary>
    public (double Y, string Name)? Limit { get; init; }

    /// <summary>Pixels that a name takes beside its point; a page narrower than long names need is scrolled.</summary>
    public int NameWidth { get; init; } = 20;

    public string Draw()
    {
        var across = new Axis([.. Points.Select(p => p.X)], logarithmic: true, leastRange: 1.2);
        var up = new Axis([.. Points.SelectMany(p => (double[])[p.Y - p.Deviation, p.Y + p.Deviation]), .. Limit is { } l ? [l.Y] : Array.Empty<double>()], logarithmic: false, leastRange: 0.01);
        var named = NameWidth > 40;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<div class=\"wide\"{(named ? $" role=\"region\" tabindex=\"0\" aria-label=\"{HtmlPage.Text(Title)}\"" : "")}><div class=\"plot{(named ? " named" : "")}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<svg height=\"{Height}\" role=\"img\" aria-label=\"{HtmlPage.Text(Title)}\">\n");
        foreach (var tick in up.Ticks())
        {
            Line("grid", 0, 1, Y(tick), Y(tick));
            Text(0, Y(tick) + 4, Rise(tick), "", "end", -8);
        }
        // Every other one goes where the page is narrow.
        foreach (var (i, tick) in across.Ticks().Index()) Text(across.At(tick), Height + 18, Label(tick), i % 2 == 0 ? "" : "fine", "middle");
        if (Limit is { } limit)
        {
            Line("limit", 0, 1, Y(limit.Y), Y(limit.Y));
            Text(1, Y(limit.Y) - 6, limit.Name, "limit-name", "end");
        }
        // Names of neighbours must not overlap: each goes beside its point, or below the one before.
        var taken = new List<(double X, double Y)>();
        foreach (var point in Points.OrderByDescending(p => p.Y))
        {
            var (x, y) = (across.At(point.X), Y(point.Y));
            if (point.Deviation > 0) Line("spread", x, x, Y(point.Y - point.Deviation), Y(point.Y + point.Deviation));
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"{$"dot {point.Kind}".TrimEnd()}\" cx=\"{100 * x:0.##}%\" cy=\"{y:0.#}\" r=\"5.5\"><title>{HtmlPage.Text(point.Hint.Length > 0 ? point.Hint : point.Name)}</title></circle>\n");
            var at = y + 4;
            while (taken.Exists(t => Math.Abs(t.X - x) * UsualWidth < NameWidth && Math.Abs(t.Y - at) < 13)) at += 3;
            taken.Add((x, at));
            Text(x, at, point.Name, "name", "start", 9);
        }
        return svg.Append(CultureInfo.InvariantCulture, $"</svg>\n<p>{HtmlPage.Text(Across)}</p></div></div>\n").ToString();

        double Y(double value) => Height * (1 - up.At(value));

        void Line(string kind, double x1, double x2, double y1, double y2) => svg.Append(CultureInfo.InvariantCulture,
            $"<line class=\"{kind}\" x1=\"{100 * x1:0.##}%\" x2=\"{100 * x2:0.##}%\" y1=\"{y1:0.#}\" y2=\"{y2:0.#}\"/>\n");

        void Text(double x, double y, string text, string kind, string anchor, int shift = 0) => svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{100 * x:0.##}%\" y=\"{y:0.#}\"{(shift != 0 ? $" dx=\"{shift}\"" : "")} text-anchor=\"{anchor}\"{(kind.Length > 0 ? $" class=\"{kind}\"" : "")}>{HtmlPage.Text(text)}</text>\n");
    }
}
