using System.Globalization;
using Pare.Coding;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>One layer changed in one way.</summary>
public sealed record SensitivityTrial
{
    public required string Layer { get; init; }

    /// <summary>As in <see cref="SensitivityPoint"/>.</summary>
    public required string Method { get; init; }

    /// <summary>As in <see cref="SensitivityPoint"/>.</summary>
    public required double Setting { get; init; }

    /// <summary>What the variant is made from: does the same as the network that is measured.</summary>
    public required Model Original { get; init; }

    /// <summary>First output of the first node that changes.</summary>
    public required string Changed { get; init; }

    /// <summary>Makes the variant; throws <see cref="BadInputException"/> where the method cannot be applied to the layer.</summary>
    public required Func<Model> Make { get; init; }
}

/// <summary>Measures what a network loses by one change after the other, each from the network as it was.</summary>
public static class SensitivityMeter
{
    /// <summary>Measures every trial that the cache does not know.</summary>
    /// <param name="model">The network.</param>
    /// <param name="trials">The changes; fastest in the network's order, those from one original together.</param>
    /// <param name="judge">Scores networks.</param>
    /// <param name="metric">What scores are.</param>
    /// <param name="cache">Results of earlier runs; null for none.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <exception cref="BadInputException">The network does not fit the examples, or the cache cannot be written.</exception>
    public static SensitivityResult Measure(
        Model model, IReadOnlyList<SensitivityTrial> trials, VariantJudge judge, Metric metric, TrialCache? cache = null, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var sizes = new Dictionary<Model, PackedDifference>(ReferenceEqualityComparer.Instance);
        var whole = Known(["original"], () => new TrialResult(judge.Of(model).Value, SizeOf(model).Original, Macs(model), null));
        var (points, gaps) = (new List<SensitivityPoint>(), new List<SensitivityGap>());
        foreach (var (i, trial) in trials.Index())
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Report((double)i / trials.Count);
            var found = Known([trial.Layer, trial.Method, trial.Setting.ToString("R", CultureInfo.InvariantCulture)], () => Try(trial));
            if (found.Reason is { } reason) gaps.Add(new SensitivityGap(trial.Layer, trial.Method, reason));
            else points.Add(new SensitivityPoint(trial.Layer, trial.Method, trial.Setting, metric.Drop(whole.Value, found.Value), found.Bytes, found.Macs));
        }
        return new SensitivityResult(judge.Examples, whole.Value, whole.Bytes, whole.Macs, points, [.. gaps.Distinct()]);

        TrialResult Known(string[] key, Func<TrialResult> measure)
        {
            if (cache?.Find(key) is { } known) return known;
            var result = measure();
            cache?.Keep(result, key);
            return result;
        }

        TrialResult Try(SensitivityTrial trial)
        {
            Model variant;
            try
            {
                variant = trial.Make();
            }
            catch (BadInputException e)
            {
                return new TrialResult(0, 0, 0, e.Message);
            }
            return new TrialResult(judge.Of(variant, trial.Original, trial.Changed).Value, SizeOf(trial.Original).Of(variant), Macs(variant), null);
        }

        PackedDifference SizeOf(Model original)
        {
            if (!sizes.TryGetValue(original, out var size)) sizes[original] = size = new PackedDifference(original);
            return size;
        }
    }

    private static long Macs(Model model) => ModelProfile.MacsByNode(model).Values.Sum();
}
