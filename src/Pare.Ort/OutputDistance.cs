using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>How far a model's outputs are from another one's on the same examples.</summary>
public sealed class OutputDistance
{
    private readonly CalibrationInputs _inputs;
    private readonly OrtOptions? _options;
    private readonly List<ImmutableArray<Tensor>> _outputs = [];

    /// <param name="reference">The model to be near to; it is run once.</param>
    /// <param name="inputs">The examples.</param>
    /// <param name="options">How to run the models.</param>
    public OutputDistance(Model reference, CalibrationInputs inputs, OrtOptions? options = null)
    {
        (_inputs, _options) = (inputs, options);
        using var model = new OrtModel(reference, options);
        foreach (var batch in inputs.Batches()) _outputs.Add(model.Run(batch));
    }

    /// <summary>|a - b| / |a| (Euclidean) of the output where it is worst, over all examples; 0 for equal outputs.</summary>
    /// <exception cref="BadInputException">The outputs do not fit each other.</exception>
    /// <param name="model">The other model.</param>
    /// <param name="options">How to run it; null for as the reference was run.</param>
    public double Of(Model model, OrtOptions? options = null)
    {
        var sums = Sums(model, options);
        return Enumerable.Range(0, sums[0].Length).Max(o => Relative(sums.Sum(b => b[o].Error), sums.Sum(b => b[o].Size)));
    }

    /// <summary>The same as a score: 1 - distance, one a batch.</summary>
    public Evaluation Agreement(Model model)
    {
        float[] scores = [.. Sums(model, null).Select(b => (float)Math.Max(0, 1 - b.Max(o => Relative(o.Error, o.Size))))];
        return new Evaluation(Metric.Agreement, scores.Average(s => (double)s), scores.Length, scores);
    }

    // What is no number is as far as can be: of two distances the larger has to count.
    internal static double Relative(double error, double size) => error == 0 ? 0 : Math.Sqrt(error / size) is var distance && double.IsNaN(distance) ? double.PositiveInfinity : distance;

    private List<(double Error, double Size)[]> Sums(Model model, OrtOptions? options)
    {
        using var loaded = new OrtModel(model, options ?? _options);
        return [.. _inputs.Batches().Zip(_outputs, (batch, reference) => reference.Zip(loaded.Run(batch), Sum).ToArray())];
    }

    private static (double Error, double Size) Sum(Tensor reference, Tensor values)
    {
        if (!reference.Shape.SequenceEqual(values.Shape)) throw new BadInputException($"output '{values.Name}' is [{string.Join(',', values.Shape)}], the reference's [{string.Join(',', reference.Shape)}]; they must be the same");
        var (a, b) = (reference.ToFloats(), values.ToFloats());
        double error = 0, size = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = (double)a[i] - b[i];
            error += difference * difference;
            size += (double)a[i] * a[i];
        }
        return (error, size);
    }
}
