using System.Collections.Immutable;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>Scores of models on data.</summary>
public static class Evaluator
{
    /// <summary>Values given to the model at once; larger examples make smaller batches.</summary>
    private const int BatchValues = 1 << 21;

    private const int MaxBatch = 256;

    /// <summary>The metric that data asks for: the normalised mean error where examples carry points, else top-1.</summary>
    public static Metric MetricOf(IDataset data) => data is IPointDataset ? Metric.Nme : Metric.Top1;

    /// <summary>The score by <see cref="MetricOf"/>.</summary>
    /// <exception cref="BadInputException">The model does not fit the data.</exception>
    public static Evaluation Score(Model model, IDataset data, Preprocess preprocess, OrtOptions? options = null, IProgress<double>? progress = null) =>
        data is IPointDataset points ? Nme(model, points, preprocess, options, progress) : Top1(model, data, preprocess, options, progress);

    /// <summary>Normalised mean error: an example's mean distance between points and truth, over its unit.</summary>
    /// <param name="model">A network with one input, whose first output is [batch, 2 · points].</param>
    /// <exception cref="BadInputException">The model does not fit the data.</exception>
    public static Evaluation Nme(Model model, IPointDataset data, Preprocess preprocess, OrtOptions? options = null, IProgress<double>? progress = null)
    {
        using var predictor = new Predictor(model, data.Shape.AsSpan(), options);
        var errors = new float[data.Count];
        foreach (var batch in Batches(data, preprocess))
        {
            var output = predictor.Run(batch.Inputs, batch.Count)[0];
            var length = 2 * data.Points;
            if (output.Floats.Length != batch.Points.Length)
                throw new BadInputException($"the model's output '{output.Name}' is [{string.Join(',', output.Shape)}]; the data has {data.Points} points, which needs {length} numbers an example");
            for (var i = 0; i < batch.Count; i++)
                errors[batch.Indices[i]] = (float)(PointScheme.MeanDistance(Row(output, i, batch.Count), batch.Points.AsSpan(i * length, length)) / batch.Units[i]);
            progress?.Report((batch.Indices[^1] + 1.0) / data.Count);
        }
        return new Evaluation(Metric.Nme, Mean(errors), data.Count, errors);
    }

    /// <summary>Top-1: the share of examples whose label has the largest of the model's scores.</summary>
    /// <param name="model">A network with one input and one score a class as its first output.</param>
    /// <param name="data">Labelled examples.</param>
    /// <param name="preprocess">From their raw values to the model's input.</param>
    /// <param name="options">How to run the model.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <exception cref="BadInputException">The model does not fit the data, or an example has no label.</exception>
    public static Evaluation Top1(Model model, IDataset data, Preprocess preprocess, OrtOptions? options = null, IProgress<double>? progress = null)
    {
        using var predictor = new Predictor(model, data.Shape.AsSpan(), options);
        var scores = new float[data.Count];
        foreach (var batch in Batches(data, preprocess))
        {
            var output = predictor.Run(batch.Inputs, batch.Count)[0];
            var classes = output.Floats.Length / batch.Count;
            for (var i = 0; i < batch.Count; i++)
            {
                var (example, label) = (batch.Indices[i], batch.Labels[i]);
                if (label < 0 || label >= classes)
                    throw new BadInputException($"example {example} {(label < 0 ? "has no label" : $"has label {label}")}; the model's output '{output.Name}' allows 0 to {classes - 1}");
                scores[example] = ArgMax(Row(output, i, batch.Count)) == label ? 1 : 0;
            }
            progress?.Report((batch.Indices[^1] + 1.0) / data.Count);
        }
        return new Evaluation(Metric.Top1, Mean(scores), data.Count, scores);
    }

    /// <summary>
    /// How far a model does what another one does; labels are not looked at. For one score vector the share of examples with the same
    /// largest score, else 1 - |a - b| / |a| (Euclidean, an example at a time, 0 at least) of the output where that is worst.
    /// </summary>
    /// <exception cref="BadInputException">The models do not fit the data or have different outputs.</exception>
    public static Evaluation Agreement(Model reference, Model model, IDataset data, Preprocess preprocess, OrtOptions? options = null, IProgress<double>? progress = null)
    {
        using var ours = new Predictor(model, data.Shape.AsSpan(), options);
        using var theirs = new Predictor(reference, data.Shape.AsSpan(), options);
        float[][]? scores = null;
        string[] names = [];
        foreach (var batch in Batches(data, preprocess))
        {
            var count = batch.Count;
            var (a, b) = (theirs.Run(batch.Inputs, count), ours.Run(batch.Inputs, count));
            CheckSameShapes(a, b);
            scores ??= [.. a.Select(_ => new float[data.Count])];
            names = [.. a.Select(t => t.Name)];
            var byArgMax = a is [var only] && ClassScores.Are([.. only.Shape]);
            for (var o = 0; o < a.Length; o++)
                for (var i = 0; i < count; i++)
                    scores[o][batch.Indices[i]] = byArgMax ? SameArgMax(Row(a[o], i, count), Row(b[o], i, count)) : Closeness(Row(a[o], i, count), Row(b[o], i, count));
            progress?.Report((batch.Indices[^1] + 1.0) / data.Count);
        }
        if (scores is null) return new Evaluation(Metric.Agreement, 0, 0, []);
        var worst = Enumerable.Range(0, scores.Length).MinBy(o => Mean(scores[o]));
        return new Evaluation(Metric.Agreement, Mean(scores[worst]), data.Count, scores[worst]) { Output = names[worst] };
    }

    /// <summary>Whether a metric says of each example right or wrong; else scores are numbers. Outputs of unknown shape count as scores of classes.</summary>
    public static bool CountsAnswers(Metric metric, Model model) => metric.HigherIsBetter && (metric != Metric.Agreement || ClassScores.Are(model.Graph));

    private static IEnumerable<Batch> Batches(IDataset data, Preprocess preprocess)
    {
        var length = data.Shape.Aggregate(1L, (a, b) => a * b);
        var size = (int)Math.Clamp(BatchValues / Math.Max(1, length), 1, MaxBatch);
        return BatchLoader.Epoch(data, size, preprocess, augmentation: null, seed: 0, epoch: 0, shuffle: false);
    }

    private static ReadOnlySpan<float> Row(Tensor output, int row, int rows)
    {
        var length = output.Floats.Length / rows;
        return output.Floats.Slice(row * length, length);
    }

    private static void CheckSameShapes(ImmutableArray<Tensor> a, ImmutableArray<Tensor> b)
    {
        if (a.Length != b.Length) throw new BadInputException($"the model has {b.Length} outputs, the reference {a.Length}; they must be the same");
        for (var i = 0; i < a.Length; i++)
            if (!a[i].Shape.SequenceEqual(b[i].Shape))
                throw new BadInputException($"output '{b[i].Name}' is [{string.Join(',', b[i].Shape)}], the reference's '{a[i].Name}' is [{string.Join(',', a[i].Shape)}]; they must be the same");
    }

    // NaN is never the largest, so a model that computes NaN scores nothing.
    private static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = -1;
        for (var i = 0; i < values.Length; i++)
            if (!float.IsNaN(values[i]) && (best < 0 || values[i] > values[best])) best = i;
        return best;
    }

    private static float SameArgMax(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => ArgMax(a) == ArgMax(b) && ArgMax(a) >= 0 ? 1 : 0;

    private static float Closeness(ReadOnlySpan<float> reference, ReadOnlySpan<float> values)
    {
        double error = 0, size = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var difference = (double)reference[i] - values[i];
            error += difference * difference;
            size += (double)reference[i] * reference[i];
        }
        return (float)Math.Max(0, 1 - OutputDistance.Relative(error, size));
    }

    private static double Mean(float[] scores) => scores.Length == 0 ? 0 : scores.Sum(s => (double)s) / scores.Length;
}
