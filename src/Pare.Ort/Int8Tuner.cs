using Pare.Onnx;
using Pare.Profile;
using Pare.Quantize.Integer;

namespace Pare.Ort;

/// <summary>What decides which layers stay 8-bit.</summary>
public sealed record TuneOptions
{
    /// <summary>Keeps layers that are not faster, for the file's sake.</summary>
    public bool SizeFirst { get; init; }

    /// <summary>Points that may be lost as <see cref="Drop"/> counts them.</summary>
    public double MaxDrop { get; init; }

    /// <summary>Points of the metric that a model loses on validation data; null where any number may be lost.</summary>
    public Func<Model, double>? Drop { get; init; }

    /// <summary>How far a model's outputs are from the float network's, for ranking; the drop where it is null.</summary>
    public Func<Model, double>? OutputError { get; init; }

    /// <summary>How layers and networks are timed.</summary>
    public LatencyOptions Latency { get; init; } = new();
}

/// <summary>A tuned network with what was measured on the way.</summary>
/// <param name="Result">The network.</param>
/// <param name="Undone">Why layers went back to float, by output.</param>
public sealed record TuneResult(Int8Result Result, IReadOnlyDictionary<string, string> Undone)
{
    /// <summary>The float network and this one, timed in turns; null where nothing was timed.</summary>
    public (LatencyComparison Float, LatencyComparison Int8)? Latency { get; init; }
}

/// <summary>Measured, or undone: 8-bit layers go back to float where they are not faster, and where they cost too much of the metric.</summary>
public sealed class Int8Tuner(Int8Network network, Calibration seen, TuneOptions options, Action<string>? progress = null, CancellationToken cancel = default)
{
    /// <summary>Turns of both networks' profiles; the least disturbed counts.</summary>
    private const int Turns = 3;

    private readonly Dictionary<string, string> _undone = [];
    private bool _inBlocks;

    /// <summary>Tunes.</summary>
    public TuneResult Run()
    {
        (LatencyComparison, LatencyComparison)? latency = null;
        if (!options.SizeFirst) latency = UndoSlow();
        var slow = _undone.Count;
        if (options.Drop is { } drop) UndoSensitive(drop);
        if (!options.SizeFirst && _undone.Count != slow) latency = UndoIfSlower(Compare(Written().Model));
        return new TuneResult(Written(), _undone) { Latency = latency };
    }

    private (LatencyComparison, LatencyComparison) UndoIfSlower((LatencyComparison Float, LatencyComparison Int8) times)
    {
        if (times.Int8.Ratio.Value < 1) return times;
        foreach (var layer in network.Layers) _undone.TryAdd(layer, FormattableString.Invariant($"in 8 bits the whole network takes {times.Int8.Ratio.Value:0.00} times as long"));
        return (times.Float, times.Float);
    }

    private Int8Result Written() => Written(_undone);

    private Int8Result Written(IReadOnlyDictionary<string, string> undone) => _inBlocks ? InBlocks(network.Write(seen, undone)) : network.Write(seen, undone);

    private static Int8Result InBlocks(Int8Result result)
    {
        var model = PictureBlocks.Apply(result.Model);
        var made = model.Graph.Makers();
        return result with { Model = model, Positions = result.Positions.ToDictionary(p => p.Key, p => made[result.Model.Graph.Nodes[p.Value].Outputs[0]]) };
    }

    private (LatencyComparison, LatencyComparison) Compare(Model model)
    {
        var results = Compare([network.Float, model]);
        return (results[0], results[1]);
    }

    private IReadOnlyList<LatencyComparison> Compare(IReadOnlyList<Model> models) =>
        LatencyMeter.Compare([.. models.Select(m => (Func<OrtOptions, OrtModel>)(o => new OrtModel(m, o)))], options.Latency, cancel);

    // Layers by their own times first; then the networks as wholes, since a layer that goes back brings conversions with it.
    private (LatencyComparison, LatencyComparison) UndoSlow()
    {
        progress?.Invoke("timing layers");
        var all = Written();
        var blocks = InBlocks(all);
        _inBlocks = !ReferenceEquals(blocks.Model, all.Model) && Compare([all.Model, blocks.Model])[1].Ratio.Value < 1;
        var slow = SlowLayers(_inBlocks ? blocks : all);
        var candidates = new List<IReadOnlyDictionary<string, string>> { new Dictionary<string, string>() };
        if (slow.Count > 0 && slow.Count < network.Layers.Count) candidates.Add(slow);
        progress?.Invoke("timing networks");
        var times = Compare([network.Float, .. candidates.Select(c => Written(c).Model)]);
        var best = Enumerable.Range(0, candidates.Count).MinBy(c => times[c + 1].Ratio.Value);
        foreach (var (layer, reason) in candidates[best]) _undone[layer] = reason;
        return UndoIfSlower((times[0], times[best + 1]));
    }

    private Dictionary<string, string> SlowLayers(Int8Result all)
    {
        var (floats, integers) = (new Dictionary<string, double>(), new Dictionary<string, double>());
        var made = network.Float.Graph.Makers();
        var timing = options.Latency with { Budget = options.Latency.Budget / Turns };
        for (var turn = 0; turn < Turns; turn++)
        {
            var (real, coded) = (Times(network.Float, timing), Times(all.Model, timing));
            foreach (var layer in network.Layers)
            {
                Least(floats, layer, network.GroupOf(layer).Sum(v => real.GetValueOrDefault(made[v])));
                if (all.Positions.TryGetValue(layer, out var at)) Least(integers, layer, coded.GetValueOrDefault(at));
            }
        }
        // A time of 0 is a layer that the profile does not name.
        return network.Layers.Where(l => floats[l] > 0 && integers.GetValueOrDefault(l) >= floats[l])
            .ToDictionary(l => l, l => FormattableString.Invariant($"not faster: {integers[l]:0.000} ms in 8 bits, {floats[l]:0.000} ms in float"));
    }

    private Dictionary<int, double> Times(Model model, LatencyOptions timing) => NodeTimer.Measure(model, timing, cancel).Nodes.ToDictionary(n => n.Index, n => n.Ms);

    private static void Least(Dictionary<string, double> times, string layer, double ms) => times[layer] = times.TryGetValue(layer, out var other) ? Math.Min(other, ms) : ms;

    // The most sensitive layers go back, as few of them as hold the promise; the number is found by halving.
    private void UndoSensitive(Func<Model, double> drop)
    {
        if (drop(Written().Model) <= options.MaxDrop) return;
        var ranked = Ranked(drop);
        var (few, enough) = (0, ranked.Count);
        while (enough - few > 1)
        {
            var middle = (few + enough) / 2;
            progress?.Invoke($"{middle} layers back to float");
            if (drop(Written(With(ranked.Take(middle))).Model) <= options.MaxDrop) enough = middle;
            else few = middle;
        }
        foreach (var (layer, reason) in With(ranked.Take(enough))) _undone[layer] = reason;
    }

    private Dictionary<string, string> With(IEnumerable<(string Layer, double Effect)> sensitive)
    {
        var undone = new Dictionary<string, string>(_undone);
        foreach (var (layer, effect) in sensitive) undone[layer] = FormattableString.Invariant($"sensitive: alone in 8 bits it costs {effect:0.0000} ({(options.OutputError is null ? "points" : "relative error of the output")})");
        return undone;
    }

    // Each layer in 8 bits alone.
    private List<(string Layer, double Effect)> Ranked(Func<Model, double> drop)
    {
        var left = network.Layers.Where(l => !_undone.ContainsKey(l)).ToList();
        var effects = new List<(string Layer, double Effect)>();
        foreach (var layer in left)
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Invoke($"sensitivity {effects.Count + 1}/{left.Count}");
            var others = network.Layers.Where(l => l != layer).ToDictionary(l => l, _ => "");
            var alone = network.Write(seen, others).Model;
            effects.Add((layer, (options.OutputError ?? drop)(alone)));
        }
        return [.. effects.OrderByDescending(e => e.Effect)];
    }
}
