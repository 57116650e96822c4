using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pare.Profile;

namespace Pare.Report;

/// <summary>What a compression run did, to what, and what it cost: the content of <c>report.json</c>.</summary>
public sealed record RunReport
{
    /// <summary>Version of the file's layout.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of Pare.</summary>
    public required string Pare { get; init; }

    public required int Seed { get; init; }
    public required Machine Machine { get; init; }

    /// <summary>The command line as it was typed.</summary>
    public required string Command { get; init; }

    /// <summary>Path or zoo name of the network, and path or name of the data.</summary>
    public required string Model { get; init; }
    public required string Data { get; init; }

    /// <summary>Name or path of the recipe; null where there was none.</summary>
    public string? Recipe { get; init; }

    /// <summary>The files that were read, so that a run can be told from one on other files.</summary>
    public IReadOnlyList<InputFile> Inputs { get; init; } = [];

    /// <summary>Libraries that computed the figures, each with its version.</summary>
    public IReadOnlyList<string> Libraries { get; init; } = [];

    public required Metric Metric { get; init; }
    public required ModelCosts Baseline { get; init; }
    public required ModelCosts Result { get; init; }

    /// <summary>Every weight and bias of the original at 4 bytes, over the whole packed file; 0 where nothing was packed.</summary>
    public double Ratio => Result.PackedBytes is > 0 and var bytes ? (double)Baseline.WeightBytes / bytes : 0;

    /// <summary>Median latency before over median latency after; 0 where one was not measured.</summary>
    public double Speedup => Baseline.LatencyMs is { } before && Result.LatencyMs is { Median: > 0 } after ? before.Median / after.Median : 0;

    /// <summary>What a search made small (size, latency or both); null where a recipe was worked through.</summary>
    public string? Target { get; init; }

    /// <summary>Recipes that a search could not work through.</summary>
    public IReadOnlyList<LeftOut> LeftOut { get; init; } = [];

    /// <summary>Minutes that a search was given; null for any time.</summary>
    public double? Minutes { get; init; }

    /// <summary>Of a search for both costs: the networks that keep the promise and that no other beats in one cost without losing in the other, the result first.</summary>
    public IReadOnlyList<FrontPoint> Front { get; init; } = [];

    public required Contract Contract { get; init; }
    public IReadOnlyList<LayerReport> Layers { get; init; } = [];
    public IReadOnlyList<StepReport> Steps { get; init; } = [];

    /// <summary>The original's metric on the validation data, against which the steps' drops count; null where nothing was searched.</summary>
    public double? Reference { get; init; }

    /// <summary>Each layer alone under each method; null where it was not measured.</summary>
    public IReadOnlyList<SensitivityPoint>? Sensitivity { get; init; }

    /// <summary>Time of each operator; null where it was not measured.</summary>
    public IReadOnlyList<NodeLatency>? Nodes { get; init; }

    /// <summary>How the model is called; null where it takes more than one input.</summary>
    public ModelCall? Call { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.RunReport);

    /// <summary>Reads a <c>report.json</c>.</summary>
    /// <exception cref="BadInputException">The text is not a report.</exception>
    public static RunReport Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReportJson.Default.RunReport) ?? throw new BadInputException("the report is 'null'; an object is needed");
        }
        catch (JsonException e)
        {
            throw new BadInputException($"not a report: {e.Message}", e);
        }
    }
}

/// <summary>Where the figures were measured.</summary>
public sealed record Machine(string Processor, int Cores, int Threads, string System, string Runtime)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Processor}, {Cores} cores, {Threads} threads, {System}, {Runtime}");
}

/// <summary>A file that was read.</summary>
/// <param name="Path">As the user gave it.</param>
/// <param name="Sha256">In lower-case hexadecimal.</param>
public sealed record InputFile(string Path, long Bytes, string Sha256);

/// <summary>Both costs of a model, and its score.</summary>
public sealed record ModelCosts
{
    /// <summary>Size of the ONNX file with its data files.</summary>
    public required long OnnxBytes { get; init; }

    /// <summary>Every weight and bias at 4 bytes.</summary>
    public required long WeightBytes { get; init; }
    public required long Parameters { get; init; }

    /// <summary>Parameters that are not zero.</summary>
    public long? NonZero { get; init; }

    /// <summary>Multiply-adds of one prediction.</summary>
    public required long Macs { get; init; }

    /// <summary>The score: a share in [0, 1] for top1 and agreement, a mean error for nme; null where it was not measured.</summary>
    public double? Value { get; init; }

    /// <summary>Examples behind <see cref="Value"/>.</summary>
    public int Count { get; init; }

    /// <summary>Latency of one prediction; null where it was not measured.</summary>
    public Latency? LatencyMs { get; init; }

    /// <summary>Size of the whole <c>.pare</c> file, graph and header included; null where the model was not packed.</summary>
    public long? PackedBytes { get; init; }

    /// <summary>The costs under the keys of <c>report.json</c>.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, ReportJson.Default.ModelCosts)!.AsObject();
}

/// <summary>What was promised and whether it held. All in percentage points of the metric; a drop below 0 is a gain.</summary>
/// <param name="MaxDrop">The promise; null where none was asked for.</param>
/// <param name="Drop">The measured drop on the test data.</param>
/// <param name="Aim">What the run allowed itself on the validation data: the promise, or the recipe's own aim.</param>
/// <param name="DropUpper95">Upper end of the drop's one-sided 95 % confidence interval.</param>
/// <param name="Held">Whether what was promised holds; without a promise, whether the measured drop is within the aim.</param>
public sealed record Contract(double? MaxDrop, double Aim, double Drop, double DropUpper95, bool Held)
{
    /// <summary>How the promise was held: interval (the upper end of the drop's interval counts), point (the measured drop does), or none where nothing was promised.</summary>
    public string Accept { get; init; } = "none";

    /// <summary>Least ratio that was promised; null for none.</summary>
    public double? MinRatio { get; init; }

    /// <summary>Networks that were held to the promise; the more there were, the higher the confidence each had to reach.</summary>
    public int Tries { get; init; }

    /// <summary>False where nothing could be made of the network.</summary>
    public bool Found { get; init; } = true;

    /// <summary>Whether there is a result; else the figures are those of the network that came nearest.</summary>
    public bool Kept { get; init; } = true;

    /// <summary>What came of it, in a few words.</summary>
    public string Standing => (Found, IsPromise: MaxDrop is not null || MinRatio is not null, Held) switch
    {
        (false, _, _) => "nothing found",
        (_, true, true) => Accept == "point" ? "promise kept on the estimate" : "promise kept",
        (_, true, false) => "promise not kept",
        (_, false, true) => "aim kept",
        _ => Kept ? "aim missed" : "aim out of reach",
    };

    /// <summary>One sentence: what was promised or aimed at, and what came of it.</summary>
    public string Verdict => !Found ? $"{Standing}: no other network could be made" : $"{Standing}: {Asked}; measured {Format.Figure(Drop)}{(MaxDrop is null && MinRatio is not null ? " points lost" : "")}, with 95 % confidence at most {Format.Figure(DropUpper95)}";

    private string Asked => (MaxDrop, MinRatio) switch
    {
        (null, { } ratio) => $"{Format.Figure(ratio)}x or more smaller",
        (_, { } ratio) => $"at most {Format.Figure(Aim)} points lost at {Format.Figure(ratio)}x or more",
        _ => $"at most {Format.Figure(Aim)} points lost",
    };
}

/// <summary>A layer in the columns of Deep Compression's tables.</summary>
/// <param name="Kept">Share of weights that are not zero, 0 to 1.</param>
/// <param name="WeightBits">Bits of a kept weight's code, before and (<paramref name="WeightBitsCoded"/>) after entropy coding.</param>
/// <param name="IndexBits">Bits of a kept weight's position, before and (<paramref name="IndexBitsCoded"/>) after entropy coding.</param>
/// <param name="PackedBytes">Bytes of the layer's weights in the packed file.</param>
/// <param name="Ratio">4 bytes a weight over <paramref name="PackedBytes"/>.</param>
public sealed record LayerReport(string Name, string Op, long Weights, double Kept, double WeightBits, double WeightBitsCoded, double IndexBits, double IndexBitsCoded, long PackedBytes, double Ratio)
{
    /// <summary>The layer under the keys of <c>report.json</c>.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, ReportJson.Default.LayerReport)!.AsObject();
}

/// <summary>One step of the run.</summary>
/// <param name="Seconds">Time the step took.</param>
/// <param name="Value">The validation metric after it; null where it was not measured.</param>
/// <param name="PackedBytes">Size of the packed file after it; null where it was not packed.</param>
public sealed record StepReport(string Name, JsonObject Options, double Seconds, double? Value = null, long? PackedBytes = null)
{
    /// <summary>Share of the original weights that are not zero, 0 to 1.</summary>
    public double? Kept { get; init; }

    /// <summary>Points lost on the validation data as the run counts them: under a promise the upper end of the 95 % interval.</summary>
    public double? Drop { get; init; }

    /// <summary>About what the layers' weights take once packed.</summary>
    public long? EstimatedBytes { get; init; }

    /// <summary>Whether the run went on with what the step made; null where it had no choice.</summary>
    public bool? Accepted { get; init; }
}

/// <summary>A recipe that a search could not work through, and why.</summary>
public sealed record LeftOut(string Recipe, string Reason);

/// <summary>A network of the front, as it was saved.</summary>
/// <param name="Folder">Where it is, beside the report.</param>
/// <param name="PackedBytes">Size of its packed file.</param>
/// <param name="LatencyMs">Median of one prediction.</param>
/// <param name="Value">The metric on the test data.</param>
/// <param name="Drop">Points lost there.</param>
public sealed record FrontPoint(string Folder, long PackedBytes, double LatencyMs, double Value, double Drop);

/// <summary>Time of one operator, by its name in the network.</summary>
/// <param name="Before">Milliseconds in the original; null where it is not there or has no time of its own.</param>
/// <param name="After">Milliseconds in the result.</param>
public sealed record NodeLatency(string Name, string Op, double? Before, double? After);

/// <summary>How the model is called: its input, its output and what becomes of pixels on the way.</summary>
/// <param name="Shape">Of one prediction, the batch of 1 included.</param>
/// <param name="Scale">The input is (pixel · scale - mean) / std with pixels of 0 to 255.</param>
/// <param name="Mean">One value, or one a channel; empty for 0.</param>
/// <param name="Std">One value, or one a channel; empty for 1.</param>
/// <param name="Pictures">How picture files become pixels, in the words of the command line; empty for the usual way.</param>
public sealed record ModelCall(string Input, IReadOnlyList<long> Shape, string Output, float Scale, IReadOnlyList<float> Mean, IReadOnlyList<float> Std, string Pictures);
