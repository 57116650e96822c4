using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>
/// Where each element of a resized axis takes its value from. Formulas: the ONNX standard, operator Resize, and its
/// reference for antialiasing and cubic weights (Keys 1981).
/// </summary>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Coordinates">How a place in the result becomes a place in the input.</param>
/// <param name="Nearest">How "nearest" rounds.</param>
/// <param name="CubicCoefficient">The cubic's a.</param>
/// <param name="ExcludeOutside">True where weights outside the input are 0 and the rest is scaled up.</param>
/// <param name="Antialias">True where shrinking widens the filter.</param>
/// <param name="Extrapolation">The value outside the input for tf_crop_and_resize.</param>
internal sealed record Resampling(
    string Mode, string Coordinates, string Nearest, double CubicCoefficient, bool ExcludeOutside, bool Antialias, float Extrapolation)
{
    public static Resampling Of(Node node, long opset)
    {
        // Resize-10 and Upsample know no coordinate modes: they count from the corner, and nearest rounds down.
        var old = opset < 11 || node.OpType == "Upsample";
        return new Resampling(
            node.Text("mode", "nearest"),
            node.Text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel"),
            node.Text("nearest_mode", old ? "floor" : "round_prefer_floor"),
            node.Float("cubic_coeff_a", -0.75f), node.Int("exclude_outside", 0) != 0, node.Int("antialias", 0) != 0,
            node.Float("extrapolation_value", 0));
    }

    /// <summary>The taps of one axis.</summary>
    public Taps Taps(long size, long wanted, double scale, (double Start, double End) region)
    {
        var rows = new List<(long Index, double Weight)[]>();
        var crops = Coordinates == "tf_crop_and_resize";
        var outside = crops ? new bool[wanted] : null;
        for (long i = 0; i < wanted; i++)
        {
            var place = Place(i, size, wanted, scale, region);
            if (crops) outside![i] = place < 0 || place > size - 1;
            rows.Add(Mode == "nearest" ? [(Math.Clamp(Round(place), 0, size - 1), 1)] : Filter(place, size, scale));
        }
        return new Taps(rows, outside);
    }

    private double Place(long i, long size, long wanted, double scale, (double Start, double End) region)
    {
        switch (Coordinates)
        {
            case "asymmetric": return i / scale;
            // By the standard the result's length counts with its fraction where a scale is given.
            case "align_corners": return wanted == 1 ? 0 : i * (size - 1) / ((size * scale) - 1);
            case "pytorch_half_pixel": return wanted > 1 ? ((i + 0.5) / scale) - 0.5 : 0;
            case "tf_half_pixel_for_nn": return (i + 0.5) / scale;
            case "tf_crop_and_resize":
                return wanted > 1
                    ? (region.Start * (size - 1)) + (i * (region.End - region.Start) * (size - 1) / (wanted - 1))
                    : 0.5 * (region.Start + region.End) * (size - 1);
            case "half_pixel_symmetric":
                // The result's true length may be a fraction; what is cut off is shared by both ends.
                var adjustment = wanted / (scale * size);
                return (size / 2.0 * (1 - adjustment)) + ((i + 0.5) / scale) - 0.5;
            default: return ((i + 0.5) / scale) - 0.5;
        }
    }

    private long Round(double place) => (long)(Nearest switch
    {
        "floor" => Math.Floor(place),
        "ceil" => Math.Ceiling(place),
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        _ => Math.Ceiling(place - 0.5),
    });

    private (long Index, double Weight)[] Filter(double place, long size, double scale)
    {
        var radius = Mode == "cubic" ? 2 : 1;
        var stretch = Antialias && scale < 1 ? scale : 1;
        var reach = radius / stretch;
        var row = new List<(long Index, double Weight)>();
        for (var j = (long)Math.Floor(place - reach) + 1; j < place + reach; j++)
        {
            var weight = Mode == "cubic" ? Cubic((j - place) * stretch) : Math.Max(0, 1 - Math.Abs((j - place) * stretch));
            // Beyond the edge its value goes on, unless that is excluded.
            if (ExcludeOutside && (j < 0 || j >= size)) weight = 0;
            row.Add((Math.Clamp(j, 0, size - 1), weight));
        }
        var sum = row.Sum(t => t.Weight);
        return [.. row.Select(t => (t.Index, t.Weight / sum))];
    }

    private double Cubic(double t)
    {
        var (a, x) = (CubicCoefficient, Math.Abs(t));
        if (x <= 1) return ((((a + 2) * x) - (a + 3)) * x * x) + 1;
        return x < 2 ? (((((a * x) - (5 * a)) * x) + (8 * a)) * x) - (4 * a) : 0;
    }
}

/// <summary>For each element of a resized axis, the elements it is a weighted sum of.</summary>
/// <param name="Rows">Indices into the input's axis with their weights.</param>
/// <param name="Outside">Which elements lie outside the input; null where none can.</param>
internal sealed record Taps(IReadOnlyList<(long Index, double Weight)[]> Rows, bool[]? Outside)
{
    /// <summary>Applies the taps along an axis.</summary>
    public TorchTensor Apply(TorchTensor x, int axis)
    {
        TorchTensor? sum = null;
        long[] shape = [.. Enumerable.Range(0, (int)x.dim()).Select(d => d == axis ? -1L : 1L)];
        var most = Rows.Count == 0 ? 1 : Rows.Max(r => r.Length);
        for (var t = 0; t < most; t++)
        {
            var picked = x.index_select(axis, torch.tensor(Rows.Select(r => t < r.Length ? r[t].Index : 0).ToArray()));
            var weights = Rows.Select(r => t < r.Length ? r[t].Weight : 0).ToArray();
            if (most == 1 && weights.All(w => w == 1)) return picked;
            var part = picked * torch.tensor(weights).to(x.dtype).reshape(shape);
            sum = sum is null ? part : sum.Plus(part);
        }
        return sum!;
    }
}
