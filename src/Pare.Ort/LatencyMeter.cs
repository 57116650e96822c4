using System.Diagnostics;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>How long predicting takes.</summary>
public static class LatencyMeter
{
    /// <summary>Predicts random examples over and over: first to warm up, then by the clock.</summary>
    /// <param name="model">A network with one float input.</param>
    /// <param name="exampleShape">Shape of one example without the batch.</param>
    /// <param name="batch">Examples in one run.</param>
    /// <param name="options">How to run the model; the number of threads above all.</param>
    /// <param name="budget">Time to spend; half a second unless given. At least ten runs are timed.</param>
    /// <returns>Milliseconds a run.</returns>
    /// <exception cref="BadInputException">The model does not take such a batch.</exception>
    public static Latency Measure(Model model, ReadOnlySpan<int> exampleShape, int batch = 1, OrtOptions? options = null, TimeSpan? budget = null)
    {
        using var session = new OrtModel(model, options);
        var input = RandomInput(session, exampleShape, batch);
        var limit = budget ?? TimeSpan.FromSeconds(0.5);
        var warmUp = Stopwatch.StartNew();
        do session.Run(input);
        while (warmUp.Elapsed < limit / 5);

        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < 10 || clock.Elapsed < limit)
        {
            var start = Stopwatch.GetTimestamp();
            session.Run(input);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        return new Latency(Quantile(times, 0.5), Quantile(times, 0.95), times.Count);
    }

    private static Tensor RandomInput(OrtModel session, ReadOnlySpan<int> exampleShape, int batch)
    {
        if (batch < 1) throw new BadInputException($"batch {batch}; at least 1 is needed");
        if (session.Inputs is not [{ Type: ElementType.Float } input])
            throw new BadInputException($"the model takes {string.Join(", ", session.Inputs)}; one float tensor is needed");
        long[] shape = [batch, .. exampleShape.ToArray().Select(d => (long)d)];
        var values = new float[shape.Aggregate(1L, (a, b) => checked(a * b))];
        var random = new Random(0);
        for (var i = 0; i < values.Length; i++) values[i] = random.NextSingle();
        return Tensor.Of(input.Name, shape, values);
    }

    /// <summary>The value below which a share of the sorted times lies (nearest rank).</summary>
    private static double Quantile(List<double> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}
