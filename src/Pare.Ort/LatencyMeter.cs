using System.Collections.Immutable;
using System.Diagnostics;
using Pare.Data;
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

    /// <summary>Size of pictures, for inputs of four dimensions that leave it open.</summary>
    public PictureSize? Size { get; init; }

    /// <summary>Time to spend on each model, after a fifth of it for warming up. At least <see cref="LatencyMeter.MinRuns"/> runs are timed.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How to run the models; the number of threads above all.</summary>
    public OrtOptions Run { get; init; } = new();

    /// <summary>Start of the random order within each round.</summary>
    public int Seed { get; init; }

    internal InputOptions Inputs => new() { Batch = Batch, ExampleShape = ExampleShape, Size = Size };
}

/// <summary>How long predicting takes.</summary>
public static class LatencyMeter
{
    /// <summary>Fewer runs than this say nothing about the spread.</summary>
    public const int MinRuns = 10;

    /// <summary>Where in memory a network comes to lie makes it a little faster or slower; it is loaded this often, where that is cheap.</summary>
    private const int MaxSittings = 10;

    /// <summary>From so many sittings on they are what chance is judged by; fewer say too little.</summary>
    private const int LeastSittings = 4;

    /// <summary>Times one model.</summary>
    /// <returns>Milliseconds a run.</returns>
    /// <exception cref="BadInputException">The model does not take such a batch.</exception>
    public static Latency Measure(Model model, LatencyOptions? options = null) => Measure([model], options)[0];

    /// <summary>Times several models side by side: they take turns run by run, so that whatever else the machine does meets all of them.</summary>
    /// <returns>Milliseconds a run, in the models' order.</returns>
    /// <exception cref="BadInputException">A model does not take such a batch.</exception>
    public static IReadOnlyList<Latency> Measure(IReadOnlyList<Model> models, LatencyOptions? options = null) =>
        [.. Compare([.. models.Select(m => (Func<OrtOptions, OrtModel>)(o => new OrtModel(m, o)))], options).Select(c => c.LatencyMs)];

    /// <summary>
    /// Times several models side by side: in each round all run once, in an order drawn anew, so that none always runs after the same one.
    /// </summary>
    /// <param name="loads">How each model becomes ready to run; called again for each sitting.</param>
    /// <param name="options">How to measure.</param>
    /// <param name="cancel">Stops between two rounds.</param>
    /// <returns>What was measured, in the models' order.</returns>
    /// <exception cref="BadInputException">A model does not take such a batch.</exception>
    public static IReadOnlyList<LatencyComparison> Compare(IReadOnlyList<Func<OrtOptions, OrtModel>> loads, LatencyOptions? options = null, CancellationToken cancel = default)
    {
        OrtModel.StartRuntime();
        var run = new Comparison(loads, options ?? new(), cancel);
        run.Measure();
        return run.Results();
    }

    private sealed class Comparison(IReadOnlyList<Func<OrtOptions, OrtModel>> loads, LatencyOptions options, CancellationToken cancel)
    {
        private readonly Random _random = new(options.Seed);
        private readonly int[] _order = [.. Enumerable.Range(0, loads.Count)];
        private readonly List<double>[] _times = [.. loads.Select(_ => new List<double>())];
        private readonly List<int> _sittings = [];
        private readonly List<double>[] _loadMs = [.. loads.Select(_ => new List<double>())];
        private readonly int[] _examples = new int[loads.Count];
        private readonly ImmutableArray<Tensor>[] _inputs = new ImmutableArray<Tensor>[loads.Count];

        public void Measure()
        {
            var sittings = 1;
            for (var i = 0; i < sittings; i++)
            {
                var models = new OrtModel[loads.Count];
                try
                {
                    Load(models, first: i == 0);
                    if (i == 0) sittings = Math.Clamp((int)(options.Budget.TotalMilliseconds * loads.Count / 2 / _loadMs.Sum(l => l[0])), 1, MaxSittings);
                    for (var m = 0; m < models.Length; m++) WarmUp(m, models[m], options.Budget / (i == 0 ? 5 : 50));
                    TakeTurns(models, i, sittings);
                }
                finally
                {
                    foreach (var model in models) model?.Dispose();
                }
            }
        }

        public IReadOnlyList<LatencyComparison> Results()
        {
            var rounds = new RoundTimes(_times, _sittings[^1] >= LeastSittings - 1 ? _sittings : null);
            return [.. _times.Select((_, i) => new LatencyComparison(rounds.Latency(i), rounds.Ratio(i), _examples[i], RoundTimes.Median(_loadMs[i])))];
        }

        private void Load(OrtModel[] models, bool first)
        {
            _random.Shuffle(_order);
            foreach (var m in _order)
            {
                cancel.ThrowIfCancellationRequested();
                // What earlier runs left behind is not this network's to clear away.
                GC.Collect();
                var start = Stopwatch.GetTimestamp();
                models[m] = loads[m](options.Run);
                _loadMs[m].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (!first) continue;
                _inputs[m] = RandomInputs.Of(models[m].Inputs, options.Inputs);
                _examples[m] = RandomInputs.Examples(models[m].Inputs, models[m].Outputs, options.Inputs);
            }
        }

        private void WarmUp(int m, OrtModel model, TimeSpan limit)
        {
            var clock = Stopwatch.StartNew();
            do model.Run(_inputs[m]);
            while (clock.Elapsed < limit);
        }

        private void TakeTurns(OrtModel[] models, int sitting, int sittings)
        {
            var clock = Stopwatch.StartNew();
            for (var round = 0; round * sittings < MinRuns || clock.Elapsed * sittings < options.Budget * models.Length; round++)
            {
                cancel.ThrowIfCancellationRequested();
                _random.Shuffle(_order);
                foreach (var m in _order)
                {
                    var start = Stopwatch.GetTimestamp();
                    models[m].Run(_inputs[m]);
                    _times[m].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
                _sittings.Add(sitting);
            }
        }
    }
}
