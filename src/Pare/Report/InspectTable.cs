using Pare.Profile;

namespace Pare.Report;

/// <summary>The rows of an <see cref="InspectReport"/>, for every kind of table, and its sentences.</summary>
public static class InspectTable
{
    public static IReadOnlyList<string> Headers(InspectReport report) =>
        ["layer", "operator", "output", "weights", "kept", "values", "bits", "bytes", "MACs", .. report.Time is null ? Array.Empty<string>() : ["time", "share", "GFLOP/s"]];

    /// <summary>Operators without weights that take this share of the time are shown like layers.</summary>
    private const double Noteworthy = 0.05;

    /// <summary>A row a layer, the others in one row, then what the runtime put in.</summary>
    /// <param name="report">The costs.</param>
    /// <param name="all">True for a row for every operator; false adds up those without weights and multiply-adds that take little time.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Rows(InspectReport report, bool all)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var layer in report.Layers.Where(l => all || IsListed(l))) rows.Add([.. Cells(layer), .. TimeCells(report, layer.Ms, layer.Share, layer.GigaFlops)]);
        if (report.Time is not { } time) return rows;
        var others = report.Layers.Where(l => !all && !IsListed(l) && l.Ms is not null).ToList();
        if (others.Count > 0) rows.Add(Own(others.Count == 1 ? others[0].Name : $"{others.Count} other operators", "", others.Sum(l => l.Ms!.Value), others.Sum(l => l.Share!.Value)));
        foreach (var added in time.Added.GroupBy(a => a.Op))
            rows.Add(Own(added.Count() == 1 ? added.First().Name : $"{added.Count()} times {added.Key}", added.Key, added.Sum(a => a.Ms), added.Sum(a => a.Share)));
        return rows;

        IReadOnlyList<string> Own(string name, string op, double ms, double share) => [name, op, "", "", "", "", "", "", "", .. TimeCells(report, ms, share, null)];
    }

    public static IReadOnlyList<string> Total(InspectReport report) =>
    [
        "total", "", "", Format.Count(report.LayerWeights), report.LayerWeights == 0 ? "-" : Format.Percent((double)report.LayerNonZero / report.LayerWeights), "", "",
        Format.Count(report.StoredBytes), Format.Count(report.Macs), .. TimeCells(report, report.Time?.NodesMs, 1, report.Time?.GigaFlops),
    ];

    /// <summary>Totals in words.</summary>
    public static IEnumerable<string> Lines(InspectReport report)
    {
        yield return $"{Format.Count(report.Parameters)} parameters, {Format.Bytes(report.WeightBytes)} as float32, ONNX file {Format.Bytes(report.OnnxBytes)}";
        var own = report.PeakBytesInGraphOrder is { } given && given != report.PeakActivationBytes ? $" in the best order found ({Format.Bytes(given)} in the graph's own)" : "";
        yield return $"{Format.Short(report.Macs)} MACs a prediction{(report.PeakActivationBytes is { } peak ? $", at most {Format.Bytes(peak)} of values at once{own}" : "")}";
        if (report.Uncounted.Count > 0) yield return $"not counted: {string.Join(", ", report.Uncounted.Take(5))}{(report.Uncounted.Count > 5 ? $" and {report.Uncounted.Count - 5} more" : "")}";
        if (report.Time is { } time)
            yield return $"{Format.Milliseconds(time.LatencyMs.Median)} a run of batch {time.Batch} on ONNX Runtime with {Threads(time.Threads)} ({Interval(time.LatencyMs)}), {Format.Rate(time.ImagesPerSecond)} images/s; its nodes together {Format.Milliseconds(time.NodesMs)}";
        if (report.TimeNote is { } note) yield return $"time not measured: {note}";
        if (report.Training is { } training)
            yield return $"{Format.Milliseconds(training.StepMs.Median)} a training step of batch {training.Batch} with {Threads(training.Threads)} ({Interval(training.StepMs)}), {Format.Rate(training.ImagesPerSecond)} images/s";
        if (report.TrainingNote is { } reason) yield return $"training not measured: {reason}";
    }

    internal static bool IsListed(LayerCost layer) => layer.Parameters > 0 || layer.Macs != 0 || layer.Share >= Noteworthy;

    private static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    private static string Interval(Latency latency) => $"95 %: {Format.Milliseconds(latency.MedianLow ?? latency.Median)[..^3]} to {Format.Milliseconds(latency.MedianHigh ?? latency.Median)}";

    private static IEnumerable<string> Cells(LayerCost layer)
    {
        yield return layer.Name;
        yield return layer.Op;
        yield return layer.Output;
        yield return layer.Weights > 0 ? Format.Count(layer.Weights) : "-";
        yield return layer.Kept is { } kept ? Format.Percent(kept) : "-";
        yield return layer.Values is { } values ? Format.Count(values) : layer.Weights > 0 ? ">" + Format.Count(WeightProfile.MaxDistinct) : "-";
        yield return layer.WeightBits is { } bits ? Format.Bits(bits) : "-";
        yield return Format.Count(layer.Bytes);
        yield return layer.Macs is { } macs ? Format.Count(macs) : "?";
    }

    private static IEnumerable<string> TimeCells(InspectReport report, double? ms, double? share, double? gigaFlops)
    {
        if (report.Time is null) yield break;
        yield return ms is { } time ? Format.Milliseconds(time) : "-";
        yield return ms is not null && share is { } part ? Format.Percent(Math.Round(part, 4)) : "-";
        yield return gigaFlops is { } rate ? Format.Rate(rate) : "-";
    }
}
