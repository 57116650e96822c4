using System.Text.Json;
using Pare.Profile;

namespace Pare.Report;

/// <summary>What <c>pare sensitivity</c> measured. The file is read back by verbs that share a target out, and may come from anywhere.</summary>
public sealed record SensitivityReport
{
    private const int CurrentVersion = 1;
    private const int MaxBytes = 64 << 20;
    private const int MaxPoints = 1_000_000;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The network, as the user gave it.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the network as an ONNX file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    public required string Data { get; init; }
    public required Metric Metric { get; init; }

    /// <summary>Pictures that it was measured on.</summary>
    public required int Images { get; init; }

    /// <summary>The network's own score.</summary>
    public required double Value { get; init; }

    /// <summary>The network's packed bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The network's multiply-adds.</summary>
    public required long Macs { get; init; }

    public required IReadOnlyList<SensitivityPoint> Points { get; init; }

    /// <summary>Layers that a method cannot be applied to, with it and the reason.</summary>
    public IReadOnlyList<LeftWhole> LeftWhole { get; init; } = [];

    /// <summary>What was measured, without what it was measured on.</summary>
    public SensitivityResult ToResult() => new(Images, Value, Bytes, Macs, Points, []);

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.SensitivityReport);

    /// <summary>Reads a file.</summary>
    /// <exception cref="BadInputException">There is none, or it is not such a report.</exception>
    public static SensitivityReport Load(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new BadInputException("no such file");
            if (file.Length > MaxBytes) throw new BadInputException($"the file has {file.Length} bytes; {MaxBytes} at most are allowed");
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadInputException)
        {
            throw new BadInputException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads and checks the JSON text.</summary>
    /// <exception cref="BadInputException">It is not such a report.</exception>
    public static SensitivityReport Parse(string json)
    {
        try
        {
            var report = JsonSerializer.Deserialize(json, ReportJson.Default.SensitivityReport) ?? throw new BadInputException("the report is 'null'; what 'pare sensitivity' wrote is needed");
            report.Check();
            return report;
        }
        catch (JsonException e)
        {
            throw new BadInputException($"not what 'pare sensitivity' writes: {e.Message}", e);
        }
    }

    private void Check()
    {
        if (Version != CurrentVersion) throw new BadInputException($"version is {Version}; {CurrentVersion} is allowed");
        if (Sha256 is null || Metric is null || Points is null) throw new BadInputException("sha256, metric and points must not be null");
        if (Points.Count > MaxPoints) throw new BadInputException($"{Points.Count} points; {MaxPoints} at most are allowed");
        if (!(Images > 0 && double.IsFinite(Value) && Bytes >= 0 && Macs >= 0)) throw new BadInputException("images must be above 0, the value finite, bytes and macs 0 or more");
        var seen = new HashSet<(string, string, double)>();
        foreach (var (i, point) in Points.Index())
        {
            if (point is not { Layer: not null, Method: not null } || !double.IsFinite(point.Drop) || point.Bytes < 0 || point.Macs < 0) throw new BadInputException($"point {i} is not a layer, a method and finite numbers");
            var fits = point.Method switch
            {
                "sparsity" or "rank" or "channels" => point.Setting is > 0 and < 1,
                "bits" => point.Setting is >= 1 and <= 8 && point.Setting == Math.Floor(point.Setting),
                _ => throw new BadInputException($"point {i} is of method '{point.Method}'; allowed: sparsity, bits, rank, channels"),
            };
            if (!fits) throw new BadInputException($"point {i}: the setting of {point.Method} is {point.Setting}; allowed: {(point.Method == "bits" ? "1 to 8, whole" : "above 0, below 1")}");
            if (!seen.Add((point.Layer, point.Method, point.Setting))) throw new BadInputException($"point {i}: layer '{point.Layer}' has {point.Method} {point.Setting} twice");
        }
    }
}
