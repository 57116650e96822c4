using System.Globalization;
using System.Text.Json;
using Pare.Profile;

namespace Pare.Report;

/// <summary>Several networks trained on the same data with the same budget: the content of <c>compare.json</c>.</summary>
public sealed record Comparison
{
    /// <summary>Version of the file's layout.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of Pare.</summary>
    public required string Pare { get; init; }
    public required Machine Machine { get; init; }

    /// <summary>The command line as it was typed.</summary>
    public required string Command { get; init; }
    public required string Data { get; init; }
    public required Metric Metric { get; init; }

    /// <summary>Passes over the training data that each network was given.</summary>
    public required int Epochs { get; init; }

    /// <summary>Examples of a pass.</summary>
    public required int Examples { get; init; }

    public required IReadOnlyList<ComparedNetwork> Networks { get; init; }

    public static IReadOnlyList<string> Headers { get; } = ["network", "width", "parameters", "MACs", "ONNX file", "latency", "mean", "deviation", "seeds"];

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.Comparison);

    /// <summary>The table as plain text.</summary>
    public string ToTable() => TextTable.Render(Headers, [.. Networks.Select(Cells)]);

    /// <summary>A network's cells, in the order of <see cref="Headers"/>.</summary>
    public static IReadOnlyList<string> Cells(ComparedNetwork network) =>
    [
        network.Name, network.Width.ToString("0.###", CultureInfo.InvariantCulture), Format.Count(network.Costs.Parameters), Format.Short(network.Costs.Macs), Format.Bytes(network.Costs.OnnxBytes),
        network.Costs.LatencyMs is { } latency ? Format.Milliseconds(latency.Median) : "-",
        Format.Percent(network.Mean), network.Values.Count > 1 ? Format.Points(100 * network.Deviation) : "-", $"{network.Values.Count}",
    ];
}

/// <summary>One network of a comparison.</summary>
/// <param name="Width">Factor on its channels.</param>
/// <param name="Values">The metric on the test data, one a seed.</param>
public sealed record ComparedNetwork(string Name, double Width, ModelCosts Costs, IReadOnlyList<double> Values)
{
    public double Mean => Values.Average();

    /// <summary>Standard deviation over the seeds (n - 1); 0 for one.</summary>
    public double Deviation => Values.Count < 2 ? 0 : Math.Sqrt(Values.Sum(v => (v - Mean) * (v - Mean)) / (Values.Count - 1));
}
