using System.Text.Json;
using System.Text.Json.Nodes;
using Pare.Profile;

namespace Pare.Report;

/// <summary>Both costs of a network, layer by layer and in total: what <c>inspect --json</c> prints.</summary>
public sealed record InspectReport
{
    /// <summary>Version of Pare.</summary>
    public required string Pare { get; init; }

    public required string Command { get; init; }
    public required Machine Machine { get; init; }

    /// <summary>Path or zoo name of the network.</summary>
    public required string Model { get; init; }
    public required long Opset { get; init; }
    public required long Parameters { get; init; }

    /// <summary>Every weight and bias at 4 bytes.</summary>
    public required long WeightBytes { get; init; }
    public required long OnnxBytes { get; init; }
    public long? NonZero { get; init; }

    /// <summary>Weights of the layers, biases not counted, and how many of them are not zero.</summary>
    public required long LayerWeights { get; init; }
    public required long LayerNonZero { get; init; }

    /// <summary>Bytes of all constants as the file stores them.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Multiply-adds of one prediction.</summary>
    public required long Macs { get; init; }

    /// <summary>Most bytes of values between operators at one time, in the best order of the nodes that was found and in the graph's own; null where a shape is unknown.</summary>
    public long? PeakActivationBytes { get; init; }
    public long? PeakBytesInGraphOrder { get; init; }

    public required IReadOnlyList<LayerCost> Layers { get; init; }

    /// <summary>The operators whose multiply-adds cannot be told.</summary>
    public required IReadOnlyList<string> Uncounted { get; init; }

    /// <summary>Time on ONNX Runtime; null where it was not measured, for the reason in <see cref="TimeNote"/>.</summary>
    public TimeCost? Time { get; init; }
    public string? TimeNote { get; init; }

    /// <summary>One step of training; null where it was not measured, for the reason in <see cref="TrainingNote"/>.</summary>
    public TrainingCost? Training { get; init; }
    public string? TrainingNote { get; init; }

    /// <summary>Size of the <c>.pare</c> file and its layers; null for other files.</summary>
    public long? PackedBytes { get; init; }
    public IReadOnlyList<LayerReport>? PackedLayers { get; init; }

    /// <summary>The report with the time of its layers.</summary>
    /// <param name="time">What was measured.</param>
    /// <param name="threads">Threads that were used.</param>
    /// <param name="predictions">Predictions in one run, each of the multiply-adds counted here.</param>
    public InspectReport With(TimeProfile time, int threads, int predictions)
    {
        var byNode = time.Nodes.ToDictionary(n => n.Index);
        var layers = Layers.Select(l => byNode.Remove(l.Index, out var own) ? l with
        {
            Ms = own.Ms,
            Share = time.Share(own),
            GigaFlops = own.Ms > 0 && l.Macs > 0 ? 2e-6 * l.Macs * predictions / own.Ms : null,
        } : l).ToList();
        return this with
        {
            Layers = layers,
            Time = new TimeCost
            {
                LatencyMs = time.Whole, NodesMs = time.SumMs, Threads = threads, Batch = time.Examples,
                ImagesPerSecond = time.Whole.Median > 0 ? 1000 * time.Examples / time.Whole.Median : 0,
                GigaFlops = time.SumMs > 0 ? 2e-6 * Macs * predictions / time.SumMs : 0,
                Added = [.. byNode.Values.Concat(time.Added).Select(n => new AddedTime(n.Name, n.Op, n.Ms, time.Share(n)))],
            },
        };
    }

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, ReportJson.Default.InspectReport)!.AsObject();
}

/// <summary>Time of one run on ONNX Runtime.</summary>
public sealed record TimeCost
{
    /// <summary>The whole run.</summary>
    public required Latency LatencyMs { get; init; }

    /// <summary>All nodes together; what is missing to the whole is spent between them.</summary>
    public required double NodesMs { get; init; }
    public required int Threads { get; init; }
    public required int Batch { get; init; }
    public required double ImagesPerSecond { get; init; }

    /// <summary>Two operations a multiply-add, over <see cref="NodesMs"/>.</summary>
    public required double GigaFlops { get; init; }

    /// <summary>What ONNX Runtime runs besides the nodes of the graph, such as changes of layout.</summary>
    public required IReadOnlyList<AddedTime> Added { get; init; }
}

/// <summary>An operator that ONNX Runtime put in, under its own name.</summary>
/// <param name="Share">Of all nodes' time, 0 to 1.</param>
public sealed record AddedTime(string Name, string Op, double Ms, double Share);

/// <summary>Time of one training step (forward, backward, update) in milliseconds.</summary>
public sealed record TrainingCost(Latency StepMs, int Batch, int Threads)
{
    public double ImagesPerSecond => 1000 * Batch / StepMs.Median;
}

/// <summary>What one operator costs.</summary>
public sealed record LayerCost
{
    public required string Name { get; init; }
    public required string Op { get; init; }

    /// <summary>Position of the node in the graph.</summary>
    public required int Index { get; init; }

    /// <summary>Shape of the output without the batch; ? where it is not known.</summary>
    public required string Output { get; init; }
    public required long Parameters { get; init; }
    public required long Weights { get; init; }

    /// <summary>Share of the weights that are not zero, their different values (null for very many), and bits of a weight's code; null without weights.</summary>
    public double? Kept { get; init; }
    public int? Values { get; init; }
    public double? WeightBits { get; init; }

    /// <summary>Bytes of the constants as the file stores them.</summary>
    public required long Bytes { get; init; }

    /// <summary>Multiply-adds; null where they cannot be told.</summary>
    public long? Macs { get; init; }

    /// <summary>Milliseconds on ONNX Runtime, the share of all nodes' time, and operations reached; null where it runs as part of another, or was not timed.</summary>
    public double? Ms { get; init; }
    public double? Share { get; init; }
    public double? GigaFlops { get; init; }

    public static LayerCost Of(NodeProfile node) => new()
    {
        Name = node.Name, Op = node.OpType, Index = node.Index, Output = node.OutputShape is { } shape ? string.Join('x', shape.Skip(1)) : "?",
        Parameters = node.Parameters, Weights = node.Weights?.Count ?? 0, Kept = node.Weights?.Kept, Values = node.Weights?.Distinct, WeightBits = node.Weights?.CodeBits,
        Bytes = node.StoredBytes, Macs = node.Macs,
    };
}
