using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Quantize.Integer;

namespace Pare.Compress;

/// <summary>What an 8-bit network is asked for.</summary>
public sealed record QuantizationRequest
{
    public required Model Model { get; init; }
    public required Int8Options Options { get; init; }

    /// <summary>Calibration examples at most.</summary>
    public int Images { get; init; } = 256;

    /// <summary>Keeps layers in 8 bits that are not faster so.</summary>
    public bool SizeFirst { get; init; }

    /// <summary>Points of the metric that may be lost; null for any number.</summary>
    public double? MaxDrop { get; init; }
    public int Seed { get; init; }
    public int Threads { get; init; }

    /// <summary>Gives, for what is about to be done, whom to tell which share of it is.</summary>
    public required Func<string, IProgress<double>> Progress { get; init; }
    public CancellationToken Cancel { get; init; }

    public OrtOptions Run => new() { Threads = Threads };
}

/// <summary>From a float network to an 8-bit one: ranges from training examples, choices on validation examples.</summary>
public static class Quantization
{
    /// <summary>Examples whose outputs rank the layers.</summary>
    private const int RankingExamples = 64;

    /// <summary>With a data set.</summary>
    /// <param name="drop">Points that a model loses on the validation part; called only where the request has a limit.</param>
    public static (TuneResult Tuned, int Images) Tune(QuantizationRequest request, DataSplits data, Preprocess preprocess, Func<Model, double> drop)
    {
        var network = Int8Network.Prepare(request.Model, request.Options);
        // Of a batch that is fixed there must be a whole one.
        var batch = network.Float.Graph.FreeInputs is [{ Shape: [{ Value: { } size }, ..] }] && size < int.MaxValue ? (int)size : 1;
        var inputs = Inputs(data.Train, request.Images);
        var ranking = new OutputDistance(network.Float, Inputs(data.Validation, RankingExamples), request.Run);
        return (Tune(request, network, inputs, ranking, drop, data.All.Shape), inputs.Count);

        CalibrationInputs Inputs(IDataset part, int count) => CalibrationData.Of(network.Float, network.Observed, Subset.Draw(part, Math.Max(count, batch), request.Seed), preprocess);
    }

    /// <summary>
    /// With an array for each input: there are no labels, and what counts is how near the outputs stay. Where a limit is asked for, half of the examples take no
    /// part in any choice, and the distance, of each example by itself, is of those.
    /// </summary>
    public static (TuneResult Tuned, int Images, OutputDistance Distance) Tune(QuantizationRequest request, IReadOnlyDictionary<string, Tensor> arrays)
    {
        var network = Int8Network.Prepare(request.Model, request.Options);
        var (seen, unseen) = request.MaxDrop is null ? (arrays, null) : CalibrationData.Halves(arrays);
        var inputs = CalibrationData.Of(network.Float, network.Observed, seen, request.Images);
        var distance = new OutputDistance(network.Float, inputs, request.Run);
        var tuned = Tune(request, network, inputs, distance, m => 100 * distance.Of(m), null);
        return (tuned, inputs.Count, new OutputDistance(network.Float, CalibrationData.Of(network.Float, network.Observed, unseen ?? seen, unseen is null ? request.Images : int.MaxValue, maxBatch: 1), request.Run));
    }

    private static TuneResult Tune(
        QuantizationRequest request, Int8Network network, CalibrationInputs inputs, OutputDistance ranking, Func<Model, double> drop, ImmutableArray<int>? shape)
    {
        var method = request.Options.Method;
        if (inputs.Count < RangeChoice.MinExamples(method))
            throw new BadInputException($"{inputs.Count} calibration examples; {RangeChoice.MinExamples(method)} or more are needed for '{method.ToString().ToLowerInvariant()}'");
        var seen = new Calibration(RangeCollector.Collect(network.Float, network.Observed, network.ChannelAxes, inputs, RangeChoice.NeedsHistogram(method), request.Run, request.Progress("calibrating")))
        {
            Moments = request.Options.Rounding == RoundingMethod.Nearest ? new Dictionary<string, InputMoments>() : Moments.Of(network.Float, network.Layers, inputs, request.Run, request.Progress("second moments")),
        };
        var tuning = new TuneOptions
        {
            SizeFirst = request.SizeFirst, MaxDrop = request.MaxDrop ?? 0, Drop = request.MaxDrop is null ? null : drop, OutputError = m => ranking.Of(m),
            Latency = new LatencyOptions { ExampleShape = shape, Run = new OrtOptions { Threads = 1 }, Seed = request.Seed },
        };
        return new Int8Tuner(network, seen, tuning, what => request.Progress(what).Report(0), request.Cancel).Run();
    }
}
