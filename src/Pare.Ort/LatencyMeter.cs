using System.Collections.Immutable;
using System.Diagnostics;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>How latency is measured.</summary>
public sealed record LatencyOptions
{
    /// <summary>Examples in one run, at least 1; null for 1, or for the model's own number where it is fixed.</summary>
    public int? Batch { get; init; }

    /// <summary>Shape of one example without the batch; fills in what a model leaves open.</summary>
    public ImmutableArray<int>? ExampleShape { get; init; }

    /// <summary>Time to spend on each model, after a fifth of it for warming up. At least <see cref="LatencyMeter.MinRuns"/> runs are timed.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How to run the models; the number of threads above all.</summary>
    public OrtOptions Run { get; init; } = new();
}

/// <summary>How long predicting takes.</summary>
public static class LatencyMeter
{
    /// <summary>Fewer runs than this say nothing about the spread.</summary>
    public const int MinRuns = 10;

    /// <summary>Times one model.</summary>
    /// <returns>Milliseconds a run.</returns>
    /// <exception cref="BadInputException">The model does not take such a batch.</exception>
    public static Latency Measure(Model model, LatencyOptions? options = null) => Measure([model], options)[0];

    /// <summary>Times one model on examples of the given shape.</summary>
    public static Latency Measure(Model model, ReadOnlySpan<int> exampleShape, int batch = 1, OrtOptions? options = null, TimeSpan? budget = null)
    {
        var asked = new LatencyOptions { Batch = batch, ExampleShape = [.. exampleShape], Run = options ?? new() };
        return Measure(model, budget is { } time ? asked with { Budget = time } : asked);
    }

    /// <summary>Times several models side by side: they take turns run by run, so that whatever else the machine does meets all of them.</summary>
    /// <returns>Milliseconds a run, in the models' order.</returns>
    /// <exception cref="BadInputException">A model does not take such a batch.</exception>
    public static IReadOnlyList<Latency> Measure(IReadOnlyList<Model> models, LatencyOptions? options = null)
    {
        options ??= new();
        var sessions = new List<(OrtModel Model, Tensor Input)>();
        try
        {
            foreach (var model in models)
            {
                var loaded = new OrtModel(model, options.Run);
                sessions.Add((loaded, null!));
                sessions[^1] = (loaded, RandomInput(loaded, options));
            }
            foreach (var (model, input) in sessions) WarmUp(model, input, options.Budget / 5);
            return TakeTurns(sessions, options.Budget * models.Count);
        }
        finally
        {
            foreach (var (model, _) in sessions) model.Dispose();
        }
    }

    private static void WarmUp(OrtModel model, Tensor input, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        do model.Run(input);
        while (clock.Elapsed < limit);
    }

    private static List<Latency> TakeTurns(List<(OrtModel Model, Tensor Input)> sessions, TimeSpan limit)
    {
        var times = sessions.ConvertAll(_ => new List<double>());
        var clock = Stopwatch.StartNew();
        while (times[0].Count < MinRuns || clock.Elapsed < limit)
        {
            for (var i = 0; i < sessions.Count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                sessions[i].Model.Run(sessions[i].Input);
                times[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        foreach (var list in times) list.Sort();
        return times.ConvertAll(sorted => new Latency(Quantile(sorted, 0.5), Quantile(sorted, 0.95), sorted.Count));
    }

    private static Tensor RandomInput(OrtModel model, LatencyOptions options)
    {
        if (options.Batch < 1) throw new BadInputException($"batch {options.Batch}; at least 1 is needed");
        if (model.Inputs is not [{ Type: ElementType.Float, Shape: [var batch, .. var example] } input])
            throw new BadInputException($"the model takes {string.Join(", ", model.Inputs)}; one float tensor is needed");
        if (options.ExampleShape is { } given && given.Length == example.Length) example = [.. example.Zip(given, (own, d) => own.Value ?? d)];
        if (example.Any(d => d.Value is null)) throw new BadInputException($"input {input} leaves the size of an example open; it must be given");
        long[] shape = [options.Batch ?? batch.Value ?? 1, .. example.Select(d => d.Value!.Value)];
        var values = new float[shape.Aggregate(1L, (a, b) => checked(a * b))];
        var random = new Random(0);
        for (var i = 0; i < values.Length; i++) values[i] = random.NextSingle();
        return Tensor.Of(input.Name, shape, values);
    }

    /// <summary>The value below which a share of the sorted times lies (nearest rank).</summary>
    private static double Quantile(List<double> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}
